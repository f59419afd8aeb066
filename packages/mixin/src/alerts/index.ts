import type { Alert } from '../rule.ts';
import { JOIN_ALERTS } from './joins.ts';
import { MEDIA_ALERTS } from './media.ts';
import { MONITORING_ALERTS } from './monitoring.ts';
import { NODE_ALERTS } from './nodes.ts';
import { PROBE_ALERTS } from './probes.ts';

/** Every alert, by rule group. */
export const ALERT_GROUPS: Readonly<Record<string, readonly Alert[]>> = {
  'livekit-nodes': NODE_ALERTS,
  'livekit-joins': JOIN_ALERTS,
  'livekit-media': MEDIA_ALERTS,
  'livekit-probes': PROBE_ALERTS,
  'livekit-monitoring': MONITORING_ALERTS,
};

export const ALERTS: readonly Alert[] = Object.values(ALERT_GROUPS).flat();
