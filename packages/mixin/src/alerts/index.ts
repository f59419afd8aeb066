import type { Alert } from '../rule.ts';
import { JOIN_ALERTS } from './joins.ts';
import { MEDIA_ALERTS } from './media.ts';
import { NODE_ALERTS } from './nodes.ts';
import { PROBE_ALERTS } from './probes.ts';
import { WATCHING_ALERTS } from './watching.ts';

/** Every alert, by the group it is evaluated in. */
export const ALERT_GROUPS: Readonly<Record<string, readonly Alert[]>> = {
  'livekit-nodes': NODE_ALERTS,
  'livekit-joins': JOIN_ALERTS,
  'livekit-media': MEDIA_ALERTS,
  'livekit-probes': PROBE_ALERTS,
  'livekit-watching': WATCHING_ALERTS,
};

export const ALERTS: readonly Alert[] = Object.values(ALERT_GROUPS).flat();
