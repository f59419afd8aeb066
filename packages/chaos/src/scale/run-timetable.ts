import type { LoadGuard } from '@livekit-swarm/livekit';
import { openRecord, type RecordLine, type RecordWriter } from '@livekit-swarm/record';
import {
  type LiveRun,
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
  type Scenario,
} from '@livekit-swarm/scenario';
import type { DrillDeployment, StartedDeployment } from '../execute/deployment.ts';
import { serverSources } from '../execute/server-sources.ts';
import { decideAnswer } from './decide-answer.ts';
import { createRehearsalFold, type MeasuredRules } from './measure-rehearsal.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { ScaleMetric } from './scaler-file.ts';

export interface TimetableOptions {
  scenario: Scenario;
  guard: LoadGuard;
  /** Folder of the record, and of the lab and its logs. */
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

/** Nodes of a timetable, which come and go. */
export interface TimetableNodes {
  /** Starts or finds the deployment. */
  deploy(): Promise<StartedDeployment>;
  /** Rules by which the rehearsal is measured. @throws what prevents a rehearsal */
  rules(deployment: DrillDeployment): Promise<MeasuredRules> | MeasuredRules;
  /** Operates or observes the nodes until `stop`; rejects to end the run. */
  operate(operation: {
    deployment: DrillDeployment;
    /** Most load of the timetable from one time to another; null: the metric has none. */
    planned: PlannedLoad | null;
    plan: Plan;
    live: LiveRun;
    stop: AbortSignal;
  }): Promise<void>;
}

type PlannedLoad = (fromMs: number, toMs: number) => number;

/**
 * Runs the load of a timetable while nodes come and go, and decides the answer.
 * @throws SwarmError as `deploy` and `operate`; what `run` throws
 */
export const runTimetable = async (
  options: TimetableOptions,
  nodes: TimetableNodes,
): Promise<Omit<Rehearsal, 'mode' | 'autoscaler'>> => {
  const { scenario, dir, runName, stop } = options;
  const plan = expandPlan(scenario, runName);
  const load = planLoad(plan);
  const record = openRecord(dir);
  options.onRecord(record);
  try {
    await using deployment = await nodes.deploy();
    const rules = await nodes.rules(deployment);
    const planned = plannedLoad(load, rules.rule.metric);
    const fold = createRehearsalFold(rules);
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
        operation = nodes.operate({ deployment, planned, plan, live, stop: over });
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
    const facts = fold.result(
      Math.min(endAtMs, plan.endAtMs),
      planned === null ? null : (at) => planned(at, at),
    );
    const { decision } = result;
    return {
      ...decideAnswer(
        facts,
        rules.objectives,
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

/** Most load of the timetable between two times; null: it does not contain the metric. */
const plannedLoad = (load: PlanLoad, metric: ScaleMetric): PlannedLoad | null =>
  metric === 'cpu' ? null : (fromMs, toMs) => load.most(fromMs, toMs)[metric];
