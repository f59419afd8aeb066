import { capacityAlert, EXAMPLE_CAPACITY, type NodeCapacity } from '../capacity.ts';
import type { Names } from '../config/names.ts';
import type { Alert } from '../rule.ts';
import { agentAlerts } from './agents.ts';
import { egressAlerts } from './egress.ts';
import { entryAlerts } from './entry.ts';
import { hostAlerts } from './hosts.ts';
import { joinAlerts } from './joins.ts';
import { mediaAlerts } from './media.ts';
import { monitoringAlerts } from './monitoring.ts';
import { nodeAlerts } from './nodes.ts';
import { probeAlerts } from './probes.ts';
import { serviceAlerts } from './service.ts';
import { sipAlerts } from './sip.ts';
import { userAlerts } from './users.ts';

/**
 * Alerts by rule group.
 * @param capacity capacity of a node; null: not measured, so without the alert on it
 */
export const alertGroups = (
  names: Names,
  capacity: NodeCapacity | null,
): Readonly<Record<string, readonly Alert[]>> => ({
  'livekit-nodes': [
    ...nodeAlerts(names),
    ...(capacity === null ? [] : [capacityAlert(names, capacity)]),
  ],
  'livekit-hosts': hostAlerts(names),
  'livekit-entry': entryAlerts(names),
  'livekit-joins': joinAlerts(names),
  'livekit-media': mediaAlerts(names),
  'livekit-users': userAlerts(names),
  'livekit-probes': probeAlerts(names),
  'livekit-agents': agentAlerts(names),
  'livekit-service': serviceAlerts(names),
  ...(names.config.egress ? { 'livekit-egress': egressAlerts(names) } : {}),
  ...(names.config.sip ? { 'livekit-sip': sipAlerts(names) } : {}),
  'livekit-monitoring': monitoringAlerts(names),
});

/** All alerts with these names, the one on capacity included. */
export const allAlerts = (names: Names): readonly Alert[] =>
  Object.values(alertGroups(names, EXAMPLE_CAPACITY)).flat();
