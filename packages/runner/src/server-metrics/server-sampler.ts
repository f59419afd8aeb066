import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerLine, ServerMissingLine } from '@livekit-swarm/record';
import { startIntervalTimer } from '../interval-timer.ts';
import { createNodeMeter, type NodeMeter } from './node-meter.ts';
import {
  hostOf,
  type NodeFigures,
  type NodeReading,
  type ServerSource,
  SourceError,
} from './server-source.ts';

/** Time within which a source must answer, ms; the run does not wait longer. */
const TIMEOUT_MS = 3_000;
/** Time after which an answer belongs to the next second, ms. */
const COLLECT_MS = 400;
/** Offset of the readings to full seconds, ms: after the samples of the workers. */
const TICK_OFFSET_MS = 50;

/** Sources of hosts: they add to nodes that others know. */
const OF_HOSTS: ReadonlySet<ServerSource['name']> = new Set(['host', 'prometheus_host']);

/**
 * Sampler of the deployment's nodes, once a second during the run. It never fails and never delays
 * the run.
 */
export interface ServerSampler {
  /** Resolves when all sources were read for the first time. */
  started: Promise<void>;
  /**
   * Figures of each node that were measured since a time, ms after the start, by name of the node.
   */
  measuredSince(atMs: number): ReadonlyMap<string, NodeFigures>;
  /** Hosts that sources measured, by the name of their node or their address, without a known node. */
  hostsWithoutNode(): ReadonlySet<string>;
  /** Reads all sources once more. */
  sampleNow(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerSamplerOptions {
  sources: readonly ServerSource[];
  /** Time since the start of the run, ms. */
  elapsedMs(): number;
  append(line: ServerLine | ServerMissingLine): void;
}

export const startServerSampler = ({
  sources,
  elapsedMs,
  append,
}: ServerSamplerOptions): ServerSampler => {
  const meters = new Map<string, NodeMeter>();
  /** Last value of each figure of each node, with its time. */
  const figures = new Map<string, Map<string, { value: number; atMs: number }>>();
  /**
   * Name of each node by its ID, as the first source names it, so that several sources use the same
   * name.
   */
  const names = new Map<string, string>();
  /** Address of the host of each node. */
  const hosts = new Map<string, string>();
  const hostsWithoutNode = new Set<string>();
  const busy = new Set<ServerSource>();
  /** Sources without an answer, with the reason, which is recorded when it begins. */
  const failing = new Map<ServerSource, string>();
  let closed = false;

  const nameOf = ({ id, name }: NodeReading): string => {
    const known = (id === null ? undefined : names.get(id)) ?? name ?? id ?? 'livekit-server';
    if (id !== null) names.set(id, known);
    return known;
  };

  /** Names of the nodes that a reading is of. */
  const nodesOf = (source: ServerSource, reading: NodeReading): string[] => {
    const { name, host } = reading;
    if (!OF_HOSTS.has(source.name)) {
      const node = nameOf(reading);
      if (name !== null && !hosts.has(node)) hosts.set(node, host ?? hostOf(name));
      return [node];
    }
    const nodes = [...hosts].flatMap(([node, own]) =>
      (name === null ? own === host : node === name) ? [node] : [],
    );
    const called = name ?? host ?? '';
    if (nodes.length === 0) hostsWithoutNode.add(called);
    else hostsWithoutNode.delete(called);
    return nodes;
  };

  const add = (source: ServerSource, readings: readonly NodeReading[]): void => {
    for (const reading of readings)
      for (const name of nodesOf(source, reading)) addTo(name, source, reading);
  };

  const addTo = (name: string, source: ServerSource, reading: NodeReading): void => {
    const meter = meters.get(name) ?? createNodeMeter(name);
    meters.set(name, meter);
    meter.add(source.name, reading, elapsedMs());
    const atMs = elapsedMs() - (reading.ageMs ?? 0);
    const known = figures.get(name) ?? new Map<string, { value: number; atMs: number }>();
    figures.set(name, known);
    for (const [figure, value] of Object.entries(reading.figures) as [string, number][])
      if (atMs >= (known.get(figure)?.atMs ?? atMs)) known.set(figure, { value, atMs });
  };

  const fail = (source: ServerSource, error: unknown): void => {
    const { reason, message } = missingOf(source, error);
    if (failing.get(source) === reason || closed) return;
    failing.set(source, reason);
    const { name, where } = source;
    append({
      type: 'server_missing',
      at: elapsedMs(),
      source: name,
      ...(where !== null && { where }),
      reason,
      message,
    });
  };

  /** Reads a source; null: there is no answer. */
  const read = async (source: ServerSource): Promise<NodeReading[] | null> => {
    if (busy.has(source)) return null;
    busy.add(source);
    try {
      const readings = await withinTime(source, [...new Set(hosts.values())]);
      failing.delete(source);
      return readings;
    } catch (error) {
      fail(source, error);
      return null;
    } finally {
      busy.delete(source);
    }
  };

  /** Writes the lines of all nodes with the same time, so that they can be summed. */
  const write = (at: number): void => {
    if (closed) return;
    for (const meter of meters.values()) {
      const line = meter.line(at);
      if (line !== null) append(line);
    }
  };

  const tick = async (): Promise<void> => {
    const at = elapsedMs();
    const reading = sources.map(async (source) => add(source, (await read(source)) ?? []));
    await Promise.race([Promise.all(reading), sleep(COLLECT_MS)]);
    write(at);
  };

  const readAll = async (): Promise<void> => {
    const at = elapsedMs();
    const readings = await Promise.all(sources.map(read));
    // The first source names the nodes, so readings are added in the order of the sources.
    for (const [index, source] of sources.entries()) add(source, readings[index] ?? []);
    write(at);
  };
  /**
   * Reading in progress. There is at most one: an older reading after a newer one would lower the
   * counters.
   */
  let ongoing: Promise<void> | null = null;
  const exclusively = (work: () => Promise<void>): Promise<void> => {
    ongoing = work().finally(() => {
      ongoing = null;
    });
    return ongoing;
  };
  const started = exclusively(readAll);
  const stopTicking = startIntervalTimer(elapsedMs, TICK_OFFSET_MS, () => {
    if (ongoing === null) void exclusively(tick);
  });
  return {
    started,
    measuredSince: (since) =>
      new Map(
        [...figures].map(([node, known]): [string, NodeFigures] => [
          node,
          Object.fromEntries(
            [...known].flatMap(([figure, { value, atMs }]) =>
              atMs >= since ? [[figure, value]] : [],
            ),
          ),
        ]),
      ),
    hostsWithoutNode: () => hostsWithoutNode,
    sampleNow: async () => {
      while (ongoing !== null) await ongoing;
      await exclusively(readAll);
    },
    stop: async () => {
      stopTicking();
      await ongoing;
      closed = true;
      for (const source of sources) source.close?.();
    },
  };
};

/** Reads a source with a time limit, because not every client of a source can be aborted. */
const withinTime = async (
  source: ServerSource,
  hosts: readonly string[],
): Promise<NodeReading[]> => {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const late = Promise.withResolvers<never>();
  const onAbort = (): void => late.reject(new SourceError('timeout', timeoutText(source)));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([source.sample(signal, hosts), late.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};

const timeoutText = ({ name, where }: ServerSource): string =>
  `${where ?? name} does not answer within ${TIMEOUT_MS / 1_000} s`;

/**
 * Reason and message for an error. Messages of unexpected errors could contain anything, so they
 * are not repeated.
 */
const missingOf = (
  source: ServerSource,
  error: unknown,
): Pick<ServerMissingLine, 'reason' | 'message'> =>
  error instanceof SourceError
    ? { reason: error.reason, message: error.message }
    : { reason: 'unreachable', message: `${source.where ?? source.name} cannot be read` };
