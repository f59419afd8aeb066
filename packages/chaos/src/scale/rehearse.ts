import { setTimeout as sleep } from 'node:timers/promises';
import { PLAIN_REDIS, type ProvisionOptions } from '@livekit-swarm/lab';
import { roomServiceOf } from '@livekit-swarm/livekit';
import { recordedScenario } from '@livekit-swarm/scenario';
import { type StartedDeployment, startDrillLab } from '../execute/deployment.ts';
import { operate } from './operate.ts';
import type { Rehearsal } from './rehearsal.ts';
import { runTimetable, type TimetableOptions } from './run-timetable.ts';
import type { ScalerFile } from './scaler-file.ts';

export interface RehearseOptions extends TimetableOptions {
  file: ScalerFile;
  /** Server of the nodes, and progress of its preparation. */
  provision: ProvisionOptions;
}

/**
 * Rehearses a scaler: runs the timetable in a lab whose nodes come and go by its rules.
 * @throws SwarmError when the lab or a node cannot be started; what `run` throws
 */
export const rehearse = async (options: RehearseOptions): Promise<Rehearsal> => {
  const { file, stop } = options;
  const rehearsal = await runTimetable(options, {
    deploy: async () => {
      await using stack = new AsyncDisposableStack();
      const deployment = stack.use(await startLab(options));
      await untilAnswered(deployment, stop);
      stack.move();
      return deployment;
    },
    rules: () => file,
    operate: ({ plan, ...operation }) => operate({ ...operation, file, endAtMs: plan.endAtMs }),
  });
  return { mode: file.rule.mode, autoscaler: null, ...rehearsal };
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

const startLab = ({
  file: { nodes },
  scenario,
  dir,
  provision,
}: RehearseOptions): Promise<StartedDeployment> =>
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
