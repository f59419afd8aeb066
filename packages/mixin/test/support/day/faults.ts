import type { World } from './world.ts';

/** A fault, and the alerts that it fires. */
export interface DayFault {
  name: string;
  changes: Partial<World>;
  /** All alerts of severity critical, by name. */
  pages: readonly string[];
  /** Further pages if there is an HAProxy. */
  pagesOfLoadBalancer?: readonly string[];
  /** Alerts of severity warning that must fire; others may. */
  warns: readonly string[];
  /** Needs an HAProxy. */
  needsLoadBalancer?: true;
}

/** Number of starts: seven within the fault. */
const crashes = (minute: number): number => 2 + Math.floor((minute % 40) / 6);

export const DAY_FAULTS: readonly DayFault[] = [
  {
    name: 'one of three nodes is down',
    changes: { up: (node) => node !== 1 },
    pages: [],
    warns: ['LiveKitNodeDown', 'LiveKitProbeFailing'],
  },
  {
    name: 'two of three nodes are down',
    changes: { up: (node) => node === 3 },
    pages: ['LiveKitNodeDown'],
    warns: ['LiveKitNodeDown'],
  },
  {
    name: 'a node crashes again and again',
    changes: { starts: (node, minute) => (node === 1 ? crashes(minute) : 2) },
    pages: ['LiveKitRestartLoop'],
    warns: [],
  },
  {
    name: 'Redis is down',
    changes: { redis: () => false, probe: () => false, joins: () => 0 },
    pages: ['LiveKitRedisUnreachable', 'LiveKitProbeFailing'],
    pagesOfLoadBalancer: ['LiveKitNoHealthyBackend'],
    warns: ['LiveKitExporterSourceDown', 'LiveKitProbeFailing'],
  },
  {
    name: 'the load balancer reaches no node',
    changes: { backends: () => false, probe: () => false, joins: () => 0 },
    pages: ['LiveKitNoHealthyBackend', 'LiveKitProbeFailing'],
    warns: [],
    needsLoadBalancer: true,
  },
  {
    name: 'a firewall closes the media ports',
    changes: { joinFailures: () => 1, probe: () => false, turn: () => false },
    pages: ['LiveKitJoinsFailing', 'LiveKitProbeFailing'],
    warns: ['LiveKitPathFailing'],
  },
  {
    name: 'a node loses an eighth of its packets',
    changes: { loss: (node) => (node === 2 ? 0.125 : 0.002) },
    pages: ['LiveKitPacketLossHigh'],
    warns: ['LiveKitPacketLossHigh'],
  },
  {
    name: 'a node has jitter',
    changes: { jittery: (node) => (node === 2 ? 0.2 : 0.01) },
    pages: [],
    warns: ['LiveKitJitterHigh'],
  },
  {
    name: 'a room is on two nodes',
    changes: { split: (node) => node === 2 },
    pages: ['LiveKitSplitBrain'],
    warns: ['LiveKitProbeFailing'],
  },
  {
    name: 'a third of the users has bad calls',
    changes: { poorReports: () => 0.33 },
    pages: ['LiveKitUserQualityLow'],
    warns: ['LiveKitUserQualityLow'],
  },
  {
    name: 'service discovery finds no node',
    changes: { discovered: () => false },
    pages: ['LiveKitTargetMissing'],
    warns: [],
  },
  {
    name: 'causes alone',
    changes: {
      cpu: (host) => (host === 1 ? 0.95 : 0.4),
      memory: (host) => (host === 1 ? 0.93 : 0.4),
      turn: () => false,
      apiErrors: () => 0.2,
      webhookErrors: () => 0.5,
      failedEgresses: () => 0.2,
      ghostRooms: () => 4,
      certificateDays: () => 10,
      agentResponse: () => 3,
      agentLoad: () => 0.95,
      exporterConfig: () => false,
    },
    pages: [],
    warns: [
      'LiveKitCpuHigh',
      'LiveKitMemoryHigh',
      'LiveKitPathFailing',
      'LiveKitApiErrors',
      'LiveKitWebhooksFailing',
      'LiveKitEgressFailing',
      'LiveKitGhostRooms',
      'LiveKitCertificateExpires',
      'LiveKitAgentAnswersSlow',
      'LiveKitAgentWorkersFull',
      'LiveKitExporterReloadFailed',
    ],
  },
  {
    name: 'a host is at its limits',
    changes: {
      conntrack: (host) => (host === 1 ? 0.9 : 0.2),
      mediaPorts: (host) => (host === 1 ? 0.9 : 0.2),
      files: (node) => (node === 1 ? 0.9 : 0.2),
      steal: (host) => (host === 1 ? 0.25 : 0.01),
      shaped: (host) => (host === 1 ? 600 : 0.5),
      oomKills: (host) => (host === 1 ? 1 : 0),
    },
    pages: [],
    warns: [
      'LiveKitConntrackHigh',
      'LiveKitMediaPortsNearLimit',
      'LiveKitFilesNearLimit',
      'LiveKitCpuStolen',
      'LiveKitCloudAllowanceExceeded',
      'LiveKitOomKill',
    ],
  },
  {
    name: 'no voice agent is registered',
    changes: { agentUp: () => false, agentCall: () => false, jobsLost: () => 1 },
    pages: ['LiveKitAgentCallFailing', 'LiveKitAgentWorkersDown'],
    warns: ['LiveKitAgentJobsLost'],
  },
  {
    name: 'the stream stops, and SIP and egress accept nothing',
    changes: { stream: () => false, sip: () => false, egress: () => false },
    pages: ['LiveKitSipUnavailable', 'LiveKitStreamFailing'],
    warns: ['LiveKitEgressUnavailable'],
  },
  {
    name: 'the exporter is down',
    changes: { exporterUp: () => false },
    pages: [],
    warns: ['LiveKitExporterDown'],
  },
];
