import { setTimeout as sleep } from 'node:timers/promises';
import { PLAIN_REDIS, type ProvisionOptions } from '@livekit-swarm/lab';
import { type LoadGuard, roomServiceOf } from '@livekit-swarm/livekit';
import { openRecord, type RecordLine, type RecordWriter } from '@livekit-swarm/record';
import {
  type Progress,
  run,
  runningDeployment,
  type WorkerAllocation,
} from '@livekit-swarm/runner';
import {
  expandPlan,
  type Plan,
  type PlanLoad,
  planLoad,
  recordedScenario,
  type Scenario,
} from '@livekit-swarm/scenario';
import { type StartedDeployment, startDrillLab } from '../execute/deployment.ts';
import { serverSources } from '../execute/server-sources.ts';
import { decideAnswer } from './decide-answer.ts';
import { createRehearsalFold } from './measure-rehearsal.ts';
import { operate } from './operate.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { ScalerFile } from './scaler-file.ts';

export interface RehearseOptions {
  file: ScalerFile;
  scenario: Scenario;
  guard: LoadGuard;
  /** Server of the nodes, and progress of its preparation. */
  provision: ProvisionOptions;
  /** Folder of the record, the lab and its logs. */
  dir: string;
  /** Random word in the names of this run's rooms and participants. */
  runName: string;
  staff(plan: Plan): WorkerAllocation;
  version: string;
  /** Aborted: participants leave, and there is no answer. */
  stop: AbortSignal;
  onProgress(progress: Progress): void;
  onLine(line: RecordLine): void;
  /** Receives the record that is being written, for a caller that must exit at once. */
  onRecord(record: RecordWriter | null): void;
}

/**
 * Rehearses a scaler: runs the timetable in a lab whose nodes come and go by its rules.
 * @throws SwarmError when the lab or a node cannot be started; what `run` throws
 */
export const rehearse = async (options: RehearseOptions): Promise<Rehearsal> => {
  const { file, scenario, dir, runName, stop } = options;
  const plan = expandPlan(scenario, runName);
  const load = planLoad(plan);
  const record = openRecord(dir);
  options.onRecord(record);
  try {
    await using deployment = await startLab(file, scenario, options);
    await untilAnswered(deployment, stop);
    const fold = createRehearsalFold(file);
    const ended = new AbortController();
    const over = AbortSignal.any([stop, ended.signal]);
    let operation: Promise<void> = Promise.resolve();
    let serverVersion: string | null = null;
    let endAtMs = 0;
    let elapsedMs = (): number => 0;
    const result = await run({
      deployment: runningDeployment(deployment),
      guard: options.guard,
      run: runName,
      plan,
      allocation: options.staff(plan),
      signalling: 'auto',
      record,
      version: options.version,
      stop,
      server: { sources: serverSources(deployment), settleMs: 0 },
      onProgress: options.onProgress,
      onStart: (live) => {
        ({ elapsedMs } = live);
        operation = operate({
          ...{ deployment, file, live, stop: over, endAtMs: plan.endAtMs },
          planned: plannedLoad(load, file),
        });
        // Awaited below; a node that does not start ends the run.
        operation.catch(live.stop);
      },
      onLine: (line) => {
        fold.add(line);
        if (line.type === 'event') serverVersion = line.serverVersion ?? serverVersion;
        endAtMs = elapsedMs();
        options.onLine(line);
      },
    }).finally(() => ended.abort());
    await operation;
    const planned = plannedLoad(load, file);
    const facts = fold.result(
      Math.min(endAtMs, plan.endAtMs),
      planned === null ? null : (at) => planned(at, at),
    );
    const { decision } = result;
    return {
      mode: file.rule.mode,
      ...decideAnswer(
        facts,
        file.objectives,
        {
          ...decision,
          crossed: decision.thresholds
            .filter(({ ok }) => ok === false)
            .map(({ metric, expression }) => `${metric}: ${expression}`),
          codes: decision.reasons.map(({ code }) => code),
        },
        stop.aborted,
      ),
      facts,
      loadVerdict: decision.verdict,
      serverVersion,
      record: result.record,
    };
  } catch (error) {
    record.discard();
    throw error;
  } finally {
    options.onRecord(null);
  }
};

/** Longest time until the load balancer finds the first node of a lab, ms. */
const ANSWERS_WITHIN_MS = 30_000;

/**
 * Resolves when the load balancer has found a node, and kept it over several health checks: a node
 * that has just started may fail one on a busy host.
 * @throws what the API reports after the longest time
 */
const untilAnswered = async (deployment: StartedDeployment, stop: AbortSignal): Promise<void> => {
  const service = await roomServiceOf(deployment, TIMEOUT_SECONDS);
  const deadline = performance.now() + ANSWERS_WITHIN_MS;
  for (let answers = 0; answers < ANSWERS; ) {
    try {
      await service.listRooms();
      answers += 1;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      answers = 0;
    }
    await sleep(ASK_EVERY_MS, undefined, { signal: stop });
  }
};

const TIMEOUT_SECONDS = 3;
const ASK_EVERY_MS = 500;
/** Answers in a row. */
const ANSWERS = 6;

/** Machines of a lab: one that drains is not free for the next order. */
const MACHINES_PER_NODE = 2;

const startLab = (
  { nodes }: ScalerFile,
  scenario: Scenario,
  { dir, provision }: RehearseOptions,
): Promise<StartedDeployment> =>
  startDrillLab(
    {
      lab: {
        ...{ nodes: nodes.min, spare: MACHINES_PER_NODE * nodes.max - nodes.min, sites: 1 },
        ...{ redis: PLAIN_REDIS, tls: false, dnsTtlMs: null, agentWorkers: null, alerts: false },
        config: { ...nodes.config },
      },
      load: { scenario: recordedScenario(scenario), reconnectPolicy: 'sdk' },
      faults: [],
    },
    { ...provision, dir, ruleFiles: [] },
  );

/** Most load of the timetable between two times; null: it does not contain the metric. */
const plannedLoad = (
  load: PlanLoad,
  { rule: { metric } }: ScalerFile,
): ((fromMs: number, toMs: number) => number) | null =>
  metric === 'cpu' ? null : (fromMs, toMs) => load.most(fromMs, toMs)[metric];
