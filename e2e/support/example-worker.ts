import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { afterEach, expect } from 'vitest';
import { accessTo } from './callers.ts';
import { type Framework, installExample } from './example-agents.ts';
import { scratch } from './swarm.ts';

/** Worker of an example, which is registered. */
export interface ExampleWorker {
  /** Address of its health server. */
  page: string;
  pid: number;
}

const workers: ChildProcess[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    const isRunning = worker.exitCode === null && worker.signalCode === null;
    const ended = isRunning ? once(worker, 'exit') : null;
    // The group of a worker that has ended may hold its jobs.
    endGroup(worker.pid);
    await ended;
  }
});

const endGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Starts a worker of an example for the agent `example`. It is killed after the test. */
export const startExampleWorker = async (
  framework: Framework,
  server: LiveKitServer,
  answerAfterMs: number,
): Promise<ExampleWorker> => {
  const { folder, command } = await installExample(framework);
  const { http } = await findFreePorts('127.0.0.1', 1);
  const logFile = join(scratch(), 'worker.log');
  const log = openSync(logFile, 'w');
  const [program = '', ...args] = command;
  const worker = spawn(program, args, {
    cwd: folder,
    // Its jobs are processes of their own, in its group.
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      ...accessTo(server),
      ANSWER_AFTER_MS: String(answerAfterMs),
      AGENT_NAME: 'example',
      HEALTH_PORT: String(http),
    },
  });
  closeSync(log);
  workers.push(worker);
  // The page of Python is healthy before.
  await expect
    .poll(() => readFileSync(logFile, 'utf8'), { timeout: 60_000 })
    .toMatch(/"registered worker"/);
  return { page: `http://127.0.0.1:${http}`, pid: worker.pid ?? -1 };
};
