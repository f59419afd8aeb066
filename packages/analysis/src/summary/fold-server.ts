import {
  aggregate,
  type CountedIn,
  type Labels,
  type MetricName,
  type MetricSet,
} from '@livekit-swarm/metrics';
import {
  SERVER_LEVELS,
  type ServerAfterLine,
  type ServerCount,
  type ServerLevel,
  type ServerLine,
  type ServerLogLine,
  type ServerMissingLine,
  type ServerProfileLine,
} from '@livekit-swarm/record';
import type {
  ServerLog,
  ServerMissing,
  ServerNodeSummary,
  ServerProfile,
  ServerSummary,
  ServerTotals,
} from './server-summary.ts';
import type { Timeline } from './timeline.ts';

/**
 * Age from which a level no longer counts: 5,000 ms, or 2.5 intervals of a node that is measured
 * rarely.
 */
const HELD_MS = 5_000;
const HELD_INTERVALS = 2.5;
/**
 * Shard number of the first node; further nodes count down. Shards of the load generator begin at
 * 0, and the coordinator is −1.
 */
export const FIRST_NODE_SHARD = -2;

const LEVEL_METRICS: Record<ServerLevel, MetricName> = {
  cpuCores: 'server_cpu',
  memoryBytes: 'server_memory',
  goroutines: 'server_goroutines',
  rooms: 'server_rooms',
  participants: 'server_participants',
  tracks: 'server_tracks',
  subscriptions: 'server_subscriptions',
  hostCpuCores: 'server_host_cpu',
  hostCores: 'server_host_cores',
  stealShare: 'server_steal',
  memoryShare: 'server_memory_used',
  memoryLimitBytes: 'server_memory_limit',
  conntrackShare: 'server_conntrack',
};

/**
 * Levels of hosts, of which all nodes together have the largest, rather than the sum: a host with
 * several nodes would count once for each of them.
 */
const OF_HOSTS: ReadonlySet<ServerLevel> = new Set([
  'hostCpuCores',
  'hostCores',
  'stealShare',
  'memoryShare',
  'memoryLimitBytes',
  'conntrackShare',
]);

/** Cloud allowances by their counts, as the label `allowance` names them. */
export const ALLOWANCES = {
  bandwidthInExceeded: 'bw_in',
  bandwidthOutExceeded: 'bw_out',
  packetsExceeded: 'pps',
  connectionsExceeded: 'conntrack',
} as const satisfies Partial<Record<ServerCount, string>>;

interface KnownNode {
  shard: number;
  id: string | null;
  sources: Set<ServerLine['sources'][number]>;
  ofHost: boolean;
  /** Last value of each level, and the time until which it counts. */
  levels: Map<ServerLevel, { value: number; untilMs: number }>;
}

interface Range {
  fromMs: number;
  toMs: number;
}

/** Folds the figures of the deployment's nodes. */
export class ServerFold {
  readonly #timeline: Timeline;
  #steady: Range = { fromMs: Number.POSITIVE_INFINITY, toMs: 0 };
  readonly #nodes = new Map<string, KnownNode>();
  readonly #missing = new Map<string, ServerMissing>();
  /**
   * Line that was added last, and whether it belongs to the steady state. Lines of the same moment
   * have the same `at`.
   */
  #latest: { line: ServerLine; steady: boolean } | null = null;
  #after: ServerAfterLine | null = null;
  readonly #logs: ServerLog[] = [];
  readonly #profiles: ServerProfile[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /**
   * Sets the steady state.
   * @param steady its limits, ms after the start
   */
  begin(steady: Range): void {
    this.#steady = steady;
  }

  add(line: ServerLine, steady: boolean): void {
    if (this.#latest !== null && this.#latest.line.at !== line.at) this.#endMoment();
    this.#latest = { line, steady: steady && (this.#latest?.steady ?? true) };
    const { shard } = this.#nodeOf(line);
    this.#forEach(line, steady, (metrics, isSteady) =>
      addLevels(metrics, line, isSteady, { node: line.node }),
    );
    this.#count(line, shard);
  }

  addMissing(line: ServerMissingLine): void {
    const { at, reason, message } = line;
    const place = { source: line.source ?? null, where: line.where ?? null };
    const key = JSON.stringify([place, reason]);
    const known = this.#missing.get(key) ?? { atMs: at, times: 0, ...place, reason, message };
    this.#missing.set(key, { ...known, times: known.times + 1 });
  }

  addAfter(line: ServerAfterLine): void {
    this.#after = line;
    for (const metrics of [this.#timeline.whole, this.#timeline.clean.metrics])
      addRemains(metrics, line);
  }

  addLog({ node, file, message, entries, groups, omitted }: ServerLogLine): void {
    this.#logs.push({
      ...{ node, file, failure: message ?? null, entries, omitted },
      groups: groups.map(({ level, message, error = null, caller = null, seconds }) => ({
        ...{ level, message, error, caller, seconds },
        count: seconds.reduce((sum, [, count]) => sum + count, 0),
        firstMs: 1_000 * (seconds[0]?.[0] ?? 0),
        lastMs: 1_000 * (seconds.at(-1)?.[0] ?? 0),
      })),
    });
  }

  addProfile({ at, message, file, ...line }: ServerProfileLine): void {
    const { node, durationMs, cpuMs, functions, names, frames } = line;
    this.#profiles.push({
      ...{ node, failure: message ?? null, file: file ?? null },
      ...{ fromMs: Math.max(0, at - durationMs), durationMs },
      ...{ cpuCores: durationMs > 0 ? cpuMs / durationMs : null, cpuMs, functions, names, frames },
    });
  }

  /** Ends the fold; must be called after the last line. */
  close(): void {
    this.#endMoment();
  }

  summary(metrics: MetricSet): ServerSummary {
    return {
      nodes: [...this.#nodes].map(
        ([node, { id, sources, ofHost }]): ServerNodeSummary => ({
          node,
          id,
          sources: [...sources],
          ofHost,
          ...totalsOf(metrics, { node }),
          ...hostOf(metrics, node),
        }),
      ),
      total: this.#nodes.size === 0 ? null : totalsOf(metrics, {}),
      missing: [...this.#missing.values()],
      after: this.#after === null ? null : afterOf(this.#after),
      logs: this.#logs,
      ...(this.#profiles.length > 0 && { profiles: this.#profiles }),
    };
  }

  #nodeOf(line: ServerLine): KnownNode {
    const node = this.#nodes.get(line.node) ?? {
      shard: FIRST_NODE_SHARD - this.#nodes.size,
      id: null,
      sources: new Set(),
      ofHost: false,
      levels: new Map(),
    };
    node.id = line.id ?? node.id;
    node.ofHost ||= line.ofHost === true;
    for (const source of line.sources) node.sources.add(source);
    const untilMs = line.at + Math.max(HELD_MS, HELD_INTERVALS * line.intervalMs);
    for (const level of SERVER_LEVELS) {
      const value = line[level];
      if (value !== undefined) node.levels.set(level, { value, untilMs });
    }
    this.#nodes.set(line.node, node);
    return node;
  }

  /**
   * Adds the levels of all nodes together, once every node measured at this moment has reported.
   */
  #endMoment(): void {
    if (this.#latest === null) return;
    const { line, steady } = this.#latest;
    this.#latest = null;
    const total: Partial<Record<ServerLevel, number>> = {};
    for (const { levels } of this.#nodes.values())
      for (const [level, { value, untilMs }] of levels)
        if (line.at <= untilMs)
          total[level] = OF_HOSTS.has(level)
            ? Math.max(total[level] ?? 0, value)
            : (total[level] ?? 0) + value;
    this.#forEach(line, steady, (metrics, isSteady) => addLevels(metrics, total, isSteady, {}));
  }

  /**
   * Adds the counters of a node, which accumulated over some seconds: each window and the steady
   * state gets its share.
   */
  #count(line: ServerLine, shard: number): void {
    const { at, intervalMs, countedMs = intervalMs } = line;
    const lasting = { fromMs: at - intervalMs, toMs: at };
    const counted = { fromMs: at - countedMs, toMs: at };
    const add = (metrics: MetricSet, range: Range, onlyInside: boolean): void => {
      const insideMs = overlapMs(lasting, range);
      metrics.steadyTime(shard, insideMs);
      for (const [addCounts, share] of [
        [addMediaCounts, overlapMs(counted, range) / countedMs],
        [addHostCounts, insideMs / intervalMs],
      ] as const) {
        addCounts(metrics, line, { shard, steady: true }, share);
        if (!onlyInside) addCounts(metrics, line, { shard, steady: false }, 1 - share);
      }
    };
    add(this.#timeline.whole, this.#steady, false);
    const clean = this.#timeline.clean.during(counted.fromMs, at);
    if (clean !== null) add(clean, this.#steady, false);
    for (const { window, metrics, clean: cleanOfWindow } of this.#timeline.windows) {
      if (overlapMs(counted, window) === 0) continue;
      add(metrics, window, true);
      const during = cleanOfWindow.during(counted.fromMs, at);
      if (during !== null) add(during, window, true);
    }
  }

  /** Applies a function to every metric set that a line belongs to. */
  #forEach(
    { at, intervalMs }: ServerLine,
    steady: boolean,
    add: (metrics: MetricSet, steady: boolean) => void,
  ): void {
    add(this.#timeline.whole, steady);
    const clean = this.#timeline.clean.during(at - intervalMs, at);
    if (clean !== null) add(clean, steady);
    // Every line within a window counts as steady, as every sample does.
    for (const window of this.#timeline.around(at - intervalMs / 2)) {
      add(window.metrics, true);
      const cleanOfWindow = window.clean.during(at - intervalMs, at);
      if (cleanOfWindow !== null) add(cleanOfWindow, true);
    }
  }
}

const addLevels = (
  metrics: MetricSet,
  levels: Partial<Record<ServerLevel, number>>,
  steady: boolean,
  labels: Labels,
): void => {
  for (const level of SERVER_LEVELS) {
    const value = levels[level];
    if (value !== undefined) metrics.gauge(LEVEL_METRICS[level], value, steady, labels);
  }
};

const overlapMs = (a: Range, b: Range): number =>
  Math.max(0, Math.min(a.toMs, b.toMs) - Math.max(a.fromMs, b.fromMs));

type AddCounts = (
  metrics: Pick<MetricSet, 'count'>,
  line: ServerLine,
  where: CountedIn,
  share?: number,
) => void;

/** Adds the media counters of a node since its last line, or a share of them. */
export const addMediaCounts: AddCounts = (metrics, line, where, share = 1) => {
  const { node, bytesUp, bytesDown, packetsUp, packetsDown, drops } = line;
  const add = (metric: MetricName, labels: Labels, amount: number | undefined): void => {
    if (amount !== undefined) metrics.count(metric, labels, amount * share, where);
  };
  add('server_bytes', { node, direction: 'up' }, bytesUp);
  add('server_bytes', { node, direction: 'down' }, bytesDown);
  add('server_packets', { node, direction: 'up' }, packetsUp);
  add('server_packets', { node, direction: 'down' }, packetsDown);
  add('server_drops', { node }, drops);
};

/** Adds the counters of a node's host since its last line, or a share of them. */
export const addHostCounts: AddCounts = (metrics, line, where, share = 1) => {
  const { node, conntrackDrops } = line;
  if (conntrackDrops !== undefined)
    metrics.count('server_conntrack_drops', { node }, conntrackDrops * share, where);
  for (const [count, allowance] of Object.entries(ALLOWANCES) as [ServerCount, string][]) {
    const amount = line[count];
    if (amount !== undefined)
      metrics.count('server_allowance_exceeded', { node, allowance }, amount * share, where);
  }
};

const LEFT_METRICS = {
  goroutines: 'server_goroutines_left',
  memoryBytes: 'server_memory_left',
  tracks: 'server_tracks_left',
} as const;

type Left = keyof typeof LEFT_METRICS;
const LEFT = Object.keys(LEFT_METRICS) as Left[];

const addRemains = (metrics: MetricSet, line: ServerAfterLine): void => {
  if (line.rooms !== undefined) metrics.gauge('server_rooms_left', line.rooms);
  if (line.participants !== undefined) metrics.gauge('server_participants_left', line.participants);
  for (const { node, before, after } of line.nodes)
    for (const what of LEFT) {
      const [was, is] = [before[what], after[what]];
      if (was !== undefined && is !== undefined)
        metrics.gauge(LEFT_METRICS[what], is - was, false, { node });
    }
  for (const what of LEFT) {
    const change = changeOf(line, what);
    if (change !== null) metrics.gauge(LEFT_METRICS[what], change.after - change.before);
  }
};

/** Sums over the nodes for which both values are known. */
const changeOf = (
  { nodes }: ServerAfterLine,
  what: Left,
): { before: number; after: number } | null => {
  const known = nodes.flatMap(({ before: { [what]: before }, after: { [what]: after } }) =>
    before === undefined || after === undefined ? [] : [{ before, after }],
  );
  if (known.length === 0) return null;
  return known.reduce((sum, one) => ({
    before: sum.before + one.before,
    after: sum.after + one.after,
  }));
};

const afterOf = (line: ServerAfterLine): ServerSummary['after'] => ({
  settledMs: line.settledMs,
  rooms: line.rooms ?? null,
  participants: line.participants ?? null,
  tracks: changeOf(line, 'tracks'),
  goroutines: changeOf(line, 'goroutines'),
  memoryBytes: changeOf(line, 'memoryBytes'),
});

const levelOf = (
  metrics: MetricSet,
  name: ServerLevel,
  labels: Labels,
): ServerTotals['cpuCores'] => {
  const value = metrics.measure(LEVEL_METRICS[name], labels);
  return value?.type === 'gauge' ? { avg: value.avg, max: value.max } : null;
};

/** Figures of the host of a node; nothing where none was measured. */
const hostOf = (metrics: MetricSet, node: string): Pick<ServerNodeSummary, 'host'> => {
  const count = (metric: MetricName, labels: Labels = {}): number | null =>
    aggregate(metrics.measure(metric, { node, ...labels }), { type: 'count' }) ?? null;
  const host = {
    cpuCores: levelOf(metrics, 'hostCpuCores', { node }),
    cores: levelOf(metrics, 'hostCores', { node })?.max ?? null,
    steal: levelOf(metrics, 'stealShare', { node }),
    memoryUsed: levelOf(metrics, 'memoryShare', { node }),
    memoryLimitBytes: levelOf(metrics, 'memoryLimitBytes', { node })?.max ?? null,
    conntrack: levelOf(metrics, 'conntrackShare', { node }),
    conntrackDrops: count('server_conntrack_drops'),
    allowanceExceeded: count('server_allowance_exceeded'),
  };
  if (Object.values(host).every((value) => value === null)) return {};
  const exceeded = Object.values(ALLOWANCES).filter(
    (allowance) => (count('server_allowance_exceeded', { allowance }) ?? 0) > 0,
  );
  return { host: { ...host, allowancesExceeded: exceeded } };
};

const totalsOf = (metrics: MetricSet, labels: Labels): ServerTotals => {
  const level = (name: ServerLevel): ServerTotals['cpuCores'] => levelOf(metrics, name, labels);
  const rate = (metric: MetricName, direction: 'up' | 'down', factor = 1): number | null => {
    const perSecond = aggregate(metrics.measure(metric, { ...labels, direction }), {
      type: 'rate',
    });
    return perSecond === undefined ? null : perSecond * factor;
  };
  return {
    cpuCores: level('cpuCores'),
    memoryBytes: level('memoryBytes'),
    goroutines: level('goroutines'),
    rooms: level('rooms'),
    participants: level('participants'),
    tracks: level('tracks'),
    subscriptions: level('subscriptions'),
    bitsUp: rate('server_bytes', 'up', 8),
    bitsDown: rate('server_bytes', 'down', 8),
    packetsUp: rate('server_packets', 'up'),
    packetsDown: rate('server_packets', 'down'),
    drops: aggregate(metrics.measure('server_drops', labels), { type: 'count' }) ?? null,
  };
};
