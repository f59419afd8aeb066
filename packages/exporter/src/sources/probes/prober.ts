import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createRoomCleaner,
  evaluateProbe,
  ROOM_PREFIX,
  type RoomCleaner,
  readNodeId,
  runProbe,
} from '@livekit-swarm/probe';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { TargetNode } from '../../config/target.ts';
import { probeHls } from './hls/probe-hls.ts';
import type { ModuleResult } from './module-result.ts';
import { leastDurationMs } from './modules.ts';
import { createProbeResults, type ProbeResults } from './probe-results.ts';
import type { ProbeTarget } from './probe-target.ts';
import { createSemaphore } from './semaphore.ts';

/** Reason for which a probe did not run. */
export type ProbeNotRun = 'busy' | 'no_time' | 'stopping' | 'gone';

export interface Prober {
  /**
   * Run a probe, after waiting in the queue if necessary.
   * @param budgetMs time limit of the probe, including the time in the queue
   * @param signal aborted when the result is no longer needed
   */
  probe(
    destination: ProbeTarget,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<ModuleResult | ProbeNotRun>;
  /** Return the results of a target. */
  resultsOf(destination: ProbeTarget): ProbeResults;
  readonly running: number;
  readonly waiting: number;
  /** End running probes and wait a few seconds at most until their rooms are deleted. */
  stop(): Promise<void>;
}

export interface ProberOptions {
  maxConcurrent: number;
  maxQueued: number;
  log(message: string): void;
  error(message: string): void;
  run?: typeof runProbe;
  cleaner?: RoomCleaner;
}

/** Time limit to read the id of a node, ms. */
const NODE_ID_MS = 1_000;
const STOP_WITHIN_MS = 5_000;
/**
 * Maximum number of destinations whose results are kept. It limits requested URLs; configured
 * targets are far fewer.
 */
const MAX_TARGETS = 1_000;

export const createProber = (options: ProberOptions): Prober => {
  const { maxConcurrent, maxQueued, log, error, run = runProbe } = options;
  const semaphore = createSemaphore(maxConcurrent, maxQueued);
  const cleaner = options.cleaner ?? createRoomCleaner({ onFailed: error });
  const stopping = new AbortController();
  const boards = new Map<string, ProbeResults>();
  const reasons = new Map<string, string>();
  /** Nodes whose id could not be read last time. */
  const nodesWithoutId = new Set<TargetNode>();
  const underWay = new Set<Promise<unknown>>();

  const resultsOf = (destination: ProbeTarget): ProbeResults => {
    const key = keyOf(destination);
    const board = boards.get(key) ?? createProbeResults();
    // The map is in the order of use, the last one at the end.
    boards.delete(key);
    boards.set(key, board);
    const [oldest] = boards.keys();
    if (boards.size > MAX_TARGETS && oldest !== undefined) {
      boards.delete(oldest);
      reasons.delete(oldest);
    }
    return board;
  };

  /** Read the id of the node. If it cannot be read, the node is probed without it. */
  const nodeIdOf = async ({ node }: ProbeTarget, leftMs: number): Promise<string | null> => {
    if (node === null || node.metricsUrl === null) return null;
    try {
      const id = await readNodeId(node.metricsUrl, Math.min(NODE_ID_MS, leftMs / 4));
      nodesWithoutId.delete(node);
      return id;
    } catch (thrown) {
      // The failure is logged once, not with every probe of a node that is down.
      if (!nodesWithoutId.has(node)) {
        log(`${node.name}: node ID unknown: ${messageOf(thrown)}`);
      }
      nodesWithoutId.add(node);
      return null;
    }
  };

  const make = async (
    destination: ProbeTarget,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<ModuleResult> => {
    const began = performance.now();
    const { target, url, module } = destination;
    if (module.kind === 'hls') return probeHls(module, budgetMs, signal);
    const nodeId = await nodeIdOf(destination, budgetMs);
    const observation = await run({
      module,
      access: {
        url,
        apiUrl: url === target.url ? target.apiUrl : undefined,
        apiKey: target.apiKey,
        apiSecret: target.apiSecret,
        // The token endpoint names the server for users; a node is reached with a token of the
        // exporter.
        tokenEndpoint: url === target.url ? target.tokenEndpoint : undefined,
      },
      room: `${ROOM_PREFIX}${randomBytes(8).toString('hex')}`,
      nodeId,
      budgetMs: budgetMs - (performance.now() - began),
      signal,
      cleaner,
    });
    return evaluateProbe(observation);
  };

  /** Log a failure when it begins, changes and ends, not with every probe. */
  const logChange = (destination: ProbeTarget, { failures }: ModuleResult): void => {
    const key = keyOf(destination);
    const before = reasons.get(key) ?? '';
    const now = failures.map(({ reason }) => reason).join();
    if (now === before) return;
    reasons.set(key, now);
    const what = describe(destination);
    log(
      now === ''
        ? `${what}: works again`
        : `${what}: ${failures.map(({ reason, message }) => `${reason}: ${message}`).join('; ')}`,
    );
  };

  return {
    resultsOf,
    get running() {
      return semaphore.inside;
    },
    get waiting() {
      return semaphore.waiting;
    },
    probe: async (destination, budgetMs, signal) => {
      const began = performance.now();
      const ended = AbortSignal.any([signal, stopping.signal]);
      const leave = await semaphore.enter(
        Math.max(0, budgetMs - leastDurationMs(destination.module)),
        ended,
      );
      if (leave === 'gone') return stopping.signal.aborted ? 'stopping' : 'gone';
      if (typeof leave === 'string') return 'busy';
      const making = make(destination, budgetMs - (performance.now() - began), ended).finally(
        leave,
      );
      underWay.add(making);
      try {
        const result = await making;
        // An aborted probe is not a result of the deployment.
        if (ended.aborted) return stopping.signal.aborted ? 'stopping' : 'gone';
        resultsOf(destination).add(result);
        logChange(destination, result);
        return result;
      } finally {
        underWay.delete(making);
      }
    },
    stop: async () => {
      stopping.abort();
      const patience = sleep(STOP_WITHIN_MS, undefined, { ref: false });
      await Promise.race([Promise.allSettled(underWay), patience]);
      await cleaner.settle(STOP_WITHIN_MS / 2);
    },
  };
};

const keyOf = ({ target, module, node, url }: ProbeTarget): string =>
  JSON.stringify([target.name, module.name, node?.name ?? '', url]);

/** Text of a destination for logs: `production, audio_pair, node-1`. */
export const describe = ({ target, module, node, url }: ProbeTarget): string =>
  [
    target.name,
    module.name,
    ...(node === null ? (url === target.url ? [] : [url]) : [node.name]),
  ].join(', ');
