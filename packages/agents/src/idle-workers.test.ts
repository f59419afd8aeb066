import { expect, test } from 'vitest';
import { untilWorkersIdle } from './idle-workers.ts';
import { serveWorkerPages, type WorkerServer } from './worker-pages.ts';

const NEVER = new AbortController().signal;

const stateWith = (jobs: number) => ({
  ...{
    isRegistered: true,
    agentName: 'desk',
    version: '1',
    load: 0,
    cpuSeconds: 1,
    residentBytes: 1e8,
  },
  jobs,
});

const workerWith = (jobs: number): Promise<WorkerServer> =>
  serveWorkerPages(stateWith(jobs), { host: '127.0.0.1', port: 0 });

test('returns when the last job of all workers has ended', async () => {
  const state = stateWith(1);
  const busy = await serveWorkerPages(state, { host: '127.0.0.1', port: 0 });
  const idle = await workerWith(0);
  const waiting = untilWorkersIdle([`${idle.url}/metrics`, `${busy.url}/metrics`], NEVER);
  state.jobs = 0;
  expect(await waiting).toBe(0);
  for (const worker of [busy, idle]) await worker.close();
});

test('returns the jobs that are left after the time', async () => {
  const worker = await workerWith(100);
  expect(await untilWorkersIdle([`${worker.url}/metrics`], NEVER, 0)).toBe(100);
  await worker.close();
});

test('does not wait after the signal, nor for workers that do not show their jobs', async () => {
  const worker = await workerWith(100);
  expect(await untilWorkersIdle([`${worker.url}/metrics`], AbortSignal.abort())).toBe(100);
  expect(await untilWorkersIdle([`${worker.url}/`], NEVER)).toBe(0);
  await worker.close();
  expect(await untilWorkersIdle([`${worker.url}/metrics`], NEVER, 0)).toBeNull();
});
