import { capacityAlert, EXAMPLE_CAPACITY, type NodeCapacity } from '../capacity.ts';
import type { Alert } from '../rule.ts';
import { JOIN_ALERTS } from './joins.ts';
import { MEDIA_ALERTS } from './media.ts';
import { MONITORING_ALERTS } from './monitoring.ts';
import { NODE_ALERTS } from './nodes.ts';
import { PROBE_ALERTS } from './probes.ts';

/** Alerts by rule group. @param capacity of a node; null: not measured, and there is no alert on it */
export const alertGroups = (
  capacity: NodeCapacity | null,
): Readonly<Record<string, readonly Alert[]>> => ({
  'livekit-nodes': [...NODE_ALERTS, ...(capacity === null ? [] : [capacityAlert(capacity)])],
  'livekit-joins': JOIN_ALERTS,
  'livekit-media': MEDIA_ALERTS,
  'livekit-probes': PROBE_ALERTS,
  'livekit-monitoring': MONITORING_ALERTS,
});

/** Every alert there may be. */
export const ALERTS: readonly Alert[] = Object.values(alertGroups(EXAMPLE_CAPACITY)).flat();
