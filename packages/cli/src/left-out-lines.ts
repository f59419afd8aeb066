import type { Target } from '@livekit-swarm/campaign';
import type { ServerSpec } from '@livekit-swarm/campaign/server';

/** One line for each server whose configuration has keys that are not used. */
export const leftOutLines = (servers: readonly ServerSpec[]): string[] =>
  servers.flatMap(({ name, leftOut }) =>
    leftOut.length === 0
      ? []
      : [
          `${name}: not used of its configuration, as the lab sees to it or must not touch it: ${leftOut.join(', ')}`,
        ],
  );

/** The same for the target of a run. */
export const leftOutLinesOf = (target: Target): string[] =>
  target.type === 'embedded' && target.server !== null ? leftOutLines([target.server]) : [];
