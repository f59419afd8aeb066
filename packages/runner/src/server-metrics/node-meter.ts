import {
  MEDIA_COUNTS,
  SERVER_COUNTS,
  SERVER_LEVELS,
  SERVER_SOURCES,
  type ServerCount,
  type ServerLevel,
  type ServerLine,
  type ServerSourceName,
} from '@livekit-swarm/record';
import type { NodeFigures, NodeReading } from './server-source.ts';

/** Time without a reading after which a better source is replaced by the next best one, ms. */
const SOURCE_HELD_MS = 10_000;

/**
 * Longest interval of livekit-server's media counters, ms: they change every five seconds, and may
 * be slightly late.
 */
const COUNTS_EVERY_MS = 6_000;

type Measured = ServerLevel | ServerCount;

/**
 * Meter that makes lines of the record from the readings of several sources of one node: levels,
 * and counts since the last line.
 */
export interface NodeMeter {
  add(source: ServerSourceName, reading: NodeReading, nowMs: number): void;
  /**
   * Line with everything added since the last one; null: nothing was added.
   * @param at time of the line, ms after the start of the run
   */
  line(at: number): ServerLine | null;
}

/**
 * Creates the meter of a node.
 * @param node name of the node
 */
export const createNodeMeter = (node: string): NodeMeter => {
  /** Last reading of each source. */
  const last = new Map<ServerSourceName, NodeReading>();
  /** Source of each figure, so that the source does not change with every line. */
  const owners = new Map<Measured, { rank: number; atMs: number }>();
  let pending: Partial<Record<Measured, number>> = {};
  let sources = new Set<ServerSourceName>();
  let ofHost = false;
  let id: string | null = null;
  let lineAt: number | null = null;
  let countedAt: number | null = null;

  /** Interval covered by the media counters, ms; null if there are none. */
  const countedMs = (at: number, intervalMs: number): number | null => {
    const since = at - (countedAt ?? at);
    const isCounted = MEDIA_COUNTS.some((count) => (pending[count] ?? 0) > 0);
    if (isCounted || countedAt === null) countedAt = at;
    return isCounted && since > 0 ? Math.min(since, Math.max(intervalMs, COUNTS_EVERY_MS)) : null;
  };

  const owns = (figure: Measured, rank: number, nowMs: number): boolean => {
    const owner = owners.get(figure);
    if (owner !== undefined && owner.rank < rank && nowMs - owner.atMs < SOURCE_HELD_MS)
      return false;
    owners.set(figure, { rank, atMs: nowMs });
    return true;
  };

  return {
    add: (source, reading, nowMs) => {
      const before = last.get(source);
      last.set(source, reading);
      id ??= reading.id;
      const rank = SERVER_SOURCES.indexOf(source);
      for (const [figure, value] of Object.entries(measured(before, reading)) as [
        Measured,
        number,
      ][]) {
        if (!owns(figure, rank, nowMs)) continue;
        pending[figure] = isCount(figure) ? (pending[figure] ?? 0) + value : value;
        sources.add(source);
        if (figure === 'cpuCores') ofHost = reading.ofHost === true;
      }
    },
    line: (at) => {
      if (sources.size === 0) return null;
      const intervalMs = Math.max(1, at - (lineAt ?? at - 1_000));
      const counted = countedMs(at, intervalMs);
      const line: ServerLine = {
        type: 'server',
        at,
        node,
        ...(id !== null && { id }),
        intervalMs,
        sources: [...sources],
        ...(ofHost && { ofHost }),
        ...pending,
        ...(counted !== null && { countedMs: counted }),
      };
      pending = {};
      sources = new Set();
      lineAt = at;
      return line;
    },
  };
};

const COUNTS: ReadonlySet<string> = new Set(SERVER_COUNTS);
const isCount = (figure: Measured): figure is ServerCount => COUNTS.has(figure);

/** Levels that a reading has as they are; others follow from two readings. */
const READ_LEVELS = SERVER_LEVELS.filter(
  (level) => level !== 'hostCpuCores' && level !== 'stealShare',
);

/** Levels of a reading, and counts since the reading before; without one, there are no counts. */
const measured = (
  before: NodeReading | undefined,
  { figures, id, measuredAtMs }: NodeReading,
): Partial<Record<Measured, number>> => {
  const result: Partial<Record<Measured, number>> = {};
  for (const level of READ_LEVELS) {
    const value = figures[level];
    if (value !== undefined) result[level] = value;
  }
  if (before === undefined) return result;
  const seconds = (measuredAtMs - before.measuredAtMs) / 1_000;
  // A node that was restarted counts from zero.
  const restarted = id !== before.id;
  const since = (count: keyof NodeFigures): number | undefined => {
    const [was, is] = [before.figures[count], figures[count]];
    if (is === undefined || was === undefined) return undefined;
    return restarted || is < was ? is : is - was;
  };
  for (const count of SERVER_COUNTS) {
    const amount = since(count);
    if (amount !== undefined) result[count] = amount;
  }
  const cpuSeconds = since('cpuSeconds');
  if (cpuSeconds !== undefined && seconds > 0 && !restarted) result.cpuCores = cpuSeconds / seconds;
  // The host keeps its counters where only the node was restarted.
  const ofHost = (count: 'hostCpuSeconds' | 'hostStolenSeconds'): number | undefined => {
    const [was, is] = [before.figures[count], figures[count]];
    return was === undefined || is === undefined || is < was || seconds <= 0
      ? undefined
      : (is - was) / seconds;
  };
  const hostCpuCores = ofHost('hostCpuSeconds');
  if (hostCpuCores !== undefined) result.hostCpuCores = hostCpuCores;
  const stolenCores = ofHost('hostStolenSeconds');
  if (stolenCores !== undefined && figures.hostCores !== undefined)
    result.stealShare = stolenCores / figures.hostCores;
  return result;
};
