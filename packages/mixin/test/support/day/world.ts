/** Course of a day in a deployment of three nodes, by minute. */
export interface World {
  /** Number of participants on all nodes (`participants`), and their joins per minute (`joins`). */
  participants(minute: number): number;
  joins(minute: number): number;
  /** Share of joins that signalling accepts and that establish no media. */
  joinFailures(minute: number): number;
  up(node: number, minute: number): boolean;
  /** Number of starts of the node since the day before. */
  starts(node: number, minute: number): number;
  draining(minute: number): number;
  loss(node: number, minute: number): number;
  /** Share of streams with jitter above the limit. */
  jittery(node: number, minute: number): number;
  cpu(host: number, minute: number): number;
  memory(host: number, minute: number): number;
  redis(minute: number): boolean;
  /** True while the load balancer reaches the nodes. */
  backends(minute: number): boolean;
  /** Result of this minute's probe through the load balancer. */
  probe(minute: number): boolean;
  /** True when both participants of a probe of the node joined, but do not see each other. */
  split(node: number, minute: number): boolean;
  turn(minute: number): boolean;
  ghostRooms(minute: number): number;
  /** Shares of failed API requests, failed webhooks and poor reports of browsers. */
  apiErrors(minute: number): number;
  webhookErrors(minute: number): number;
  poorReports(minute: number): number;
  failedEgresses(minute: number): number;
  exporterUp(minute: number): boolean;
  certificateDays(minute: number): number;
  /** True while Prometheus discovers the nodes. */
  discovered(minute: number): boolean;
  /** Used share of a host's table of connections, of the media ports, and of a node's files. */
  conntrack(host: number, minute: number): number;
  mediaPorts(host: number, minute: number): number;
  files(node: number, minute: number): number;
  /** Share of the CPU time that the hypervisor gives to others. */
  steal(host: number, minute: number): number;
  /** Packets beyond an allowance of the cloud, and processes that the kernel ended, per minute. */
  shaped(host: number, minute: number): number;
  oomKills(host: number, minute: number): number;
  /** True while the agent's worker is registered. */
  agentUp(worker: number, minute: number): boolean;
  agentVersion(worker: number, minute: number): number;
  /** Share of what the agent's workers can carry. */
  agentLoad(minute: number): number;
  jobsLost(minute: number): number;
  /** Result of this minute's call of the agent, and time until the agent answered, s. */
  agentCall(minute: number): boolean;
  agentResponse(minute: number): number;
  /** Result of this minute's probe of the HLS stream. */
  stream(minute: number): boolean;
  /** True while the instance accepts calls (`sip`) or recordings (`egress`). */
  sip(instance: number, minute: number): boolean;
  egress(instance: number, minute: number): boolean;
  /** Number of starts of the exporter since the day before. */
  exporterStarts(minute: number): number;
  /** True while the exporter works with its newest configuration. */
  exporterConfig(minute: number): boolean;
}

const HOUR = 60;
const ROLL_OUT = 11 * HOUR;

/** Load by time of day: 0 at four in the morning, 1 at four in the afternoon. */
const busy = (minute: number): number =>
  (1 - Math.cos((2 * Math.PI * (minute - 4 * HOUR)) / (24 * HOUR))) / 2;

/** Minute at which a node restarts, after forty minutes of draining. */
const restartOf = (node: number): number => ROLL_OUT + 40 * node;

/** Minutes of single events on a healthy day. */
const FAILED_PROBES = [95, 400, 760, 1_130];
const FAILED_SCRAPES: readonly (readonly [node: number, minute: number])[] = [
  [1, 130],
  [2, 131],
  [3, 905],
];
const NIGHT_JOINS_FAIL = [215, 216];
const LOSS_BURST = 840;
const CPU_PEAK = 1_000;
const BURST_OF_JOINS = 960;
const STOLEN_FROM = 180;
const EVENING_CALLS = 1_080;
const FULL_WORKERS = 1_200;
const EXPORTER_RESTART = 540;

/** Minute at which a worker of the voice agent restarts with a new version. */
const agentRestart = (worker: number): number => 9 * HOUR + 20 * worker;

/** True within that number of minutes after `from`. */
const within = (minute: number, from: number, minutes: number): boolean =>
  minute >= from && minute < from + minutes;

/**
 * A healthy day: nights with three participants, a roll-out of a new version node by node at
 * eleven, single failed probes and scrapes, two users at night whose firewall blocks media, a
 * minute of loss on a link, a build that uses the cores of a host for four minutes.
 *
 * Services beside the nodes have their own events: workers of the voice agent get a new version at
 * nine, an agent answers one call late, an instance of SIP and one of egress is full for an hour
 * while the other accepts, both are full for a moment, and a burst of joins fills the tables of a
 * host for three minutes.
 */
export const HEALTHY: World = {
  participants: (minute) => Math.round(3 + 600 * busy(minute)),
  joins: (minute) => Math.round(1 + 40 * busy(minute)),
  joinFailures: (minute) => (NIGHT_JOINS_FAIL.includes(minute) ? 1 : 0.002),
  up: (node, minute) =>
    minute !== restartOf(node) &&
    !FAILED_SCRAPES.some(([failed, at]) => failed === node && at === minute),
  starts: (node, minute) => (minute > restartOf(node) ? 2 : 1),
  draining: (minute) => (minute >= ROLL_OUT && minute < restartOf(3) ? 1 : 0),
  loss: (node, minute) => (node === 2 && minute === LOSS_BURST ? 0.06 : 0.002),
  jittery: () => 0.01,
  cpu: (host, minute) =>
    host === 3 && within(minute, CPU_PEAK, 4) ? 0.97 : 0.15 + 0.45 * busy(minute),
  memory: (_host, minute) => 0.3 + 0.2 * busy(minute),
  redis: () => true,
  backends: () => true,
  probe: (minute) => !FAILED_PROBES.includes(minute),
  split: () => false,
  turn: (minute) => minute !== 610,
  ghostRooms: (minute) => (within(minute, restartOf(1), 2) ? 3 : 0),
  apiErrors: () => 0.001,
  webhookErrors: (minute) => (minute === 700 ? 0.3 : 0.001),
  poorReports: () => 0.03,
  failedEgresses: () => 0,
  exporterUp: (minute) => minute !== 300,
  certificateDays: () => 60,
  discovered: () => true,
  conntrack: (host, minute) =>
    host === 1 && within(minute, BURST_OF_JOINS, 3) ? 0.9 : 0.05 + 0.3 * busy(minute),
  mediaPorts: (host, minute) =>
    host === 1 && within(minute, BURST_OF_JOINS, 3) ? 0.9 : 0.02 + 0.4 * busy(minute),
  files: (node, minute) =>
    node === 1 && within(minute, BURST_OF_JOINS, 3) ? 0.9 : 0.02 + 0.4 * busy(minute),
  steal: (host, minute) => (host === 2 && within(minute, STOLEN_FROM, 5) ? 0.25 : 0.01),
  // In the day of a real server, whose minutes are seconds, half a packet per minute is half a
  // packet per second.
  shaped: () => 0.5,
  oomKills: () => 0,
  agentUp: (worker, minute) => minute !== agentRestart(worker),
  agentVersion: (worker, minute) => (minute > agentRestart(worker) ? 2 : 1),
  agentLoad: (minute) => (within(minute, FULL_WORKERS, 6) ? 0.95 : 0.1 + 0.5 * busy(minute)),
  jobsLost: () => 0,
  agentCall: (minute) => minute !== 480,
  agentResponse: (minute) => (minute === 650 ? 6 : 0.8),
  stream: (minute) => minute !== 330,
  sip: (instance, minute) =>
    minute !== EVENING_CALLS && !(instance === 1 && within(minute, EVENING_CALLS - 30, 60)),
  egress: (instance, minute) =>
    !within(minute, EVENING_CALLS, 3) &&
    !(instance === 1 && within(minute, EVENING_CALLS - 30, 60)),
  exporterStarts: (minute) => (minute < EXPORTER_RESTART ? 1 : 2),
  exporterConfig: (minute) => !within(minute, EXPORTER_RESTART - 10, 3),
};

/** First minute of the fault: forty minutes in the afternoon, without other events. */
export const FAULT_FROM = 14 * HOUR + 30;
export const FAULT_UNTIL = FAULT_FROM + 40;

/** World composed of others: `pick` names the world and its minute for each minute of the day. */
export const worldByMinute = (pick: (minute: number) => { world: World; at: number }): World => {
  const result = { ...HEALTHY };
  for (const key of Object.keys(HEALTHY))
    Object.assign(result, {
      [key]: (...args: number[]): unknown => {
        const { world, at } = pick(args.at(-1) ?? 0);
        const value = world[key as keyof World] as (...of: number[]) => unknown;
        return value(...args.slice(0, -1), at);
      },
    });
  return result;
};

/** World that differs from the healthy one during the fault. */
export const during = (changes: Partial<World>): World => {
  const changed = { ...HEALTHY, ...changes };
  return worldByMinute((at) => ({
    world: at >= FAULT_FROM && at < FAULT_UNTIL ? changed : HEALTHY,
    at,
  }));
};
