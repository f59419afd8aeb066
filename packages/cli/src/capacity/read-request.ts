import { availableParallelism } from 'node:os';
import type { SearchOptions } from '@livekit-swarm/analysis/capacity';
import type { Target } from '@livekit-swarm/campaign';
import {
  expandPlan,
  readScenarioFile,
  readSizeUnit,
  type Scenario,
  type SizeUnit,
  sizeOf,
  withDuration,
} from '@livekit-swarm/scenario';
import { formatProblem, parseDuration, usageError } from '@livekit-swarm/settings';
import { adjustScenario, fileOptions } from '../adjust-scenario.ts';
import { assertCallers } from '../agents/assert-callers.ts';
import type { DeploymentFlags } from '../flags/deployment.ts';
import type { GeneratorFlags } from '../flags/generator.ts';
import type { ResultFlags } from '../flags/output.ts';
import type { QueueFlags } from '../flags/queue.ts';
import type { ServerMetricsFlags } from '../flags/server-metrics.ts';
import { prepareOwnMedia } from '../own-media.ts';
import { HTTP, readAddress } from '../requests/server-metrics.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { readCores, readMemory } from './read-limits.ts';

export interface CapacityFlags
  extends DeploymentFlags,
    ServerMetricsFlags,
    QueueFlags,
    GeneratorFlags,
    ResultFlags {
  threshold: string[];
  until: string[];
  nodeCores?: string;
  by?: string;
  start: string;
  max: string;
  resolution: string;
  repeats: string;
  stepDuration?: string;
  seed?: string;
  /** Flags of `swarm agents capacity`. */
  pause?: string;
  workers?: string;
  workerMetrics?: string[];
  workerCores?: string;
  workerMemory?: string;
}

const DEFAULT_STEP_MS = 30_000;
const LEAST_STEP_MS = 8_000;
const MOST_LOAD = 1_000_000;
const MOST_REPEATS = 20;

export const readRepeats = wholeNumber('--repeats', 1, MOST_REPEATS);
const GROWTH = 2;

/** Cores of a server on this host, at most those of the host; null: not known. */
export const coresOf = (target: Target): number | null =>
  target.type === 'embedded'
    ? Math.min(target.server?.cpuCores ?? Number.POSITIVE_INFINITY, availableParallelism())
    : null;

/** @throws SwarmError `usage` */
export const readCapacityScenario = (
  path: string,
  flags: CapacityFlags,
): { scenario: Scenario; unit: SizeUnit; warnings: string[] } => {
  const file = prepareOwnMedia(
    readScenarioFile(path, fileOptions(flags)),
    flags.allowFile ?? [],
    () => {},
  );
  const { threshold, seed, folderSettings } = flags;
  const adjusted = adjustScenario(file.scenario, { threshold, seed, tag: [], folderSettings });
  const unit = readSizeUnit(adjusted, flags.by);
  if (sizeOf(adjusted, unit) === 0)
    throw usageError(`--by ${flags.by ?? unit.type}: the scenario has none`, 'choose what it has');
  return {
    scenario: readDuration(adjusted, flags.stepDuration),
    unit,
    warnings: file.warnings.map(formatProblem),
  };
};

const readDuration = (scenario: Scenario, text: string | undefined): Scenario => {
  const durationMs = text === undefined ? DEFAULT_STEP_MS : parseDuration(text);
  if (durationMs < LEAST_STEP_MS)
    throw usageError(`--step-duration ${text}: at least 8s`, 'samples come once a second');
  const timed = withDuration(scenario, durationMs);
  if (timed !== null) return timed;
  if (text === undefined) return scenario;
  throw usageError(
    '--step-duration: an executor of the scenario sets its own times',
    'leave it out, or write the scenario with constant-rooms',
  );
};

/** Settings of a search for the largest number of conversations. */
interface AgentsSearch {
  pauseMs: number;
  /** Null: unknown. */
  workers: number | null;
  /** Addresses of metrics of workers; empty: none was named. */
  workerMetrics: string[];
  /** Null: unknown. */
  workerCores: number | null;
  /** Memory of a worker, bytes; null: unknown. */
  workerBytes: number | null;
}

const readWorkers = wholeNumber('--workers', 1, 100_000, 'write how many workers are registered');

/** Wait of the callers of each role for their agents, and the longest stay of one of them, ms. */
const staysOf = (scenario: Scenario): { role: string; waitMs: number; stayMs: number }[] => {
  const stays = new Map<string, { role: string; waitMs: number; stayMs: number }>();
  for (const { group, role, conversation, joinAtMs, leaveAtMs } of expandPlan(scenario, 'plan')
    .participants) {
    if (conversation === undefined) continue;
    const waitMs = (conversation.agent?.afterMs ?? 0) + conversation.answerWithinMs;
    const key = `${group}/${role}`;
    const stayMs = Math.max(leaveAtMs - joinAtMs, stays.get(key)?.stayMs ?? 0);
    stays.set(key, { role, waitMs, stayMs });
  }
  return [...stays.values()];
};

/**
 * Reads the flags of `swarm agents capacity`.
 * @param scenario with the times of its runs
 * @throws SwarmError `usage`, also if callers would leave before a lost agent is noticed
 */
export const readAgentsSearch = (
  path: string,
  {
    pause,
    workers,
    workerMetrics = [],
    workerCores,
    workerMemory,
  }: Pick<CapacityFlags, 'pause' | 'workers' | 'workerMetrics' | 'workerCores' | 'workerMemory'>,
  scenario: Scenario,
): AgentsSearch => {
  assertCallers(scenario, path);
  for (const { role, waitMs, stayMs } of staysOf(scenario))
    if (stayMs < waitMs)
      throw usageError(
        `callers of the role ${role} stay for ${stayMs} ms, and leave before agents that do not join within ${waitMs} ms are lost`,
        withDuration(scenario, waitMs) === null
          ? 'write a shorter answerWithin, or rooms that last longer'
          : `write --step-duration ${Math.ceil(waitMs / 1_000)}s, or a shorter answerWithin`,
      );
  if (workerMetrics.length > 0 !== (workerCores !== undefined))
    throw usageError(
      '--worker-metrics and --worker-cores need each other: the CPU that a worker uses, and what it has',
      'write both, or neither: --worker-metrics http://10.0.0.7:9100/metrics --worker-cores 2',
    );
  if (workerMemory !== undefined && workerMetrics.length === 0)
    throw usageError(
      '--worker-memory needs --worker-metrics: the memory that a worker uses, and what it has',
      'add --worker-metrics http://10.0.0.7:9100/metrics --worker-cores 2',
    );
  return {
    workerMetrics: workerMetrics.map((text) =>
      readAddress('--worker-metrics', text, HTTP, 'http://10.0.0.7:9100/metrics'),
    ),
    workerCores: readCores('--worker-cores', workerCores),
    workerBytes: readMemory('--worker-memory', workerMemory),
    pauseMs: pause === undefined ? DEFAULT_PAUSE_MS : parseDuration(pause),
    workers: workers === undefined ? null : readWorkers(workers),
  };
};

/** Time in which agents of the run before leave their rooms, ms. */
const DEFAULT_PAUSE_MS = 5_000;

export const readOptions = (flags: CapacityFlags): SearchOptions => {
  const start = wholeNumber('--start', 1, MOST_LOAD)(flags.start);
  const max = wholeNumber('--max', start, MOST_LOAD)(flags.max);
  const share = /^\s*(\d*\.?\d+)\s*%\s*$/.exec(flags.resolution)?.[1];
  const resolution = Number(share) / 100;
  if (!(resolution > 0 && resolution <= 0.5))
    throw usageError(`--resolution ${flags.resolution}: must be a share up to 50%`, 'write 5%');
  return { start, max, growth: GROWTH, resolution };
};
