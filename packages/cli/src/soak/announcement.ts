import { describeTarget, type Target } from '@livekit-swarm/campaign';
import type { SoakSettings } from '@livekit-swarm/campaign/soak';
import { formatDuration } from '@livekit-swarm/settings';

/** Line before anything is started: a soak is long, and without a URL its load is on this host. */
export const announcement = (
  { scenario, forMs }: Pick<SoakSettings, 'scenario' | 'forMs'>,
  targets: readonly Target[],
): string => {
  const servers = targets.map(describeTarget).join(', ');
  const each = targets.length > 1 ? ' each, one after the other' : '';
  return `${scenario.name}: cycles of load for ${formatDuration(forMs)} at most${each}, on ${servers}; a shorter one: --for 10m; Ctrl-C ends it with the result so far`;
};
