/** Planted limits of workers of voice agents: `swarm agents capacity` has to find each, and its cause. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { openControlGroup } from '@livekit-swarm/testkit/control-group';
import { missing } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { accessTo } from '../support/callers.ts';
import { findCapacity, type Search } from '../support/capacity.ts';
import { type Swarm, scratch, startSwarm } from '../support/swarm.ts';

const TIMEOUT_MS = 10 * 60_000;
/** Quota of a worker that carries some conversations, and far from its 50 jobs, cores. */
const QUOTA_CORES = 0.05;

const noQuota = await missing('cpu-quota');

const callsFile = (): string => {
  const file = join(scratch(), 'calls.yaml');
  writeFileSync(
    file,
    `scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    joinRate: 4/s
    duration: 10s
    roles:
      caller: { publish: audio, conversation: { agent: reference, pause: 300ms, answerWithin: 4s } }
`,
  );
  return file;
};

const startWorker = async (
  server: LiveKitServer,
  maxJobs: number,
): Promise<{ worker: Swarm; metricsUrl: string }> => {
  const flags = ['--agent', 'reference', '--max-jobs', String(maxJobs), '--health', ':0'];
  const times = ['--after', '500ms', '--length', '1s'];
  const command = ['agents', 'worker', ...flags, ...times];
  const worker = startSwarm(command, accessTo(server), scratch());
  await worker.says(/registered as AW_/);
  const pages = /pages at (\S+)/;
  await worker.says(pages);
  return { worker, metricsUrl: `${pages.exec(worker.stderr())?.[1]}/metrics` };
};

/** Searches for the conversations that one worker carries. */
const search = (server: LiveKitServer, flags: readonly string[]): Promise<Search> =>
  findCapacity(
    callsFile(),
    [
      ...['--url', server.url, '--server-metrics', server.metricsUrl, '--node-cores', '2'],
      ...['--workers', '1', '--threshold', 'agent_response_time: p(95)<1500', ...flags],
    ],
    accessTo(server),
    ['agents', 'capacity'],
  );

it(
  'workers that take eight jobs carry eight conversations, and the jobs are the cause',
  async () => {
    await using server = await startLiveKit({ dir: scratch() });
    await startWorker(server, 8);
    const { exit, result, stderr } = await search(server, ['--start', '5', '--max', '12']);
    expect(result, stderr).toMatchObject({ end: 'knee', carried: 8, exceeded: 9, decided: true });
    expect(result.cause).toMatchObject({
      code: 'worker_jobs',
      agents: { callers: 9, lost: 1, withoutJob: 1 },
    });
    expect(exit).toBe(0);
  },
  TIMEOUT_MS,
);

it(
  'the CPU quota of a worker is the cause, where its jobs are not',
  async ({ skip }) => {
    skip(noQuota !== null, noQuota ?? '');
    await using server = await startLiveKit({ dir: scratch() });
    const { worker, metricsUrl } = await startWorker(server, 50);
    await using cpu = openControlGroup('cpu');
    cpu.limitCpu(QUOTA_CORES);
    for (const { pid } of worker.processes()) cpu.add(pid);
    const ofWorker = ['--worker-metrics', metricsUrl, '--worker-cores', String(QUOTA_CORES)];
    const coarsely = ['--start', '12', '--max', '24', '--resolution', '40%'];
    const { exit, result, stderr } = await search(server, [...coarsely, ...ofWorker]);
    expect(result, stderr).toMatchObject({ end: 'knee', decided: true });
    expect(result.cause).toMatchObject({ code: 'worker_cpu' });
    expect(result.cause?.workerCpuShare, stderr).toBeGreaterThan(0.6);
    expect(exit).toBe(0);
  },
  TIMEOUT_MS,
);
