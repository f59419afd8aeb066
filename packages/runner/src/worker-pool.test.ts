import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorkerPool } from './worker-pool.ts';

let logDir: string;
beforeEach(() => {
  logDir = mkdtempSync(join(tmpdir(), 'swarm-pool-'));
});
afterEach(() => {
  rmSync(logDir, { recursive: true, force: true });
});

/**
 * Engine that runs a statement when the first worker loads it; only the title of that worker ends
 * with 0.
 */
const engineThat = (does: string): string =>
  `data:text/javascript,${encodeURIComponent(
    `if (process.title.endsWith(' 0')) { ${does} } export const createEngine = () => ({})`,
  )}`;

const KILL = 'process.kill(process.pid, "SIGKILL")';

const start = (engineModule: string, deaths: string[] = []) =>
  startWorkerPool({
    workers: 2,
    engineModule,
    logDir,
    onLine: () => {},
    onDeath: (shard, { reason }) => deaths.push(`${shard} ${reason}`),
    onFailure: (error) => deaths.push(String(error)),
    onWarning: (reason) => deaths.push(reason),
  });

test('a worker that is killed while it starts leaves the run without a result', async () => {
  await expect(start(engineThat(KILL))).rejects.toMatchObject({
    code: 'process_died',
    exitCode: 98,
    message: expect.stringMatching(/killed before the run began \(SIGKILL\)/),
  });
});

test('a worker whose engine cannot be loaded is an error', async () => {
  await expect(start(engineThat('throw new Error("no addon")'))).rejects.toMatchObject({
    code: 'no_process',
    exitCode: 1,
    message: 'no process that hosts participants could be started: no addon',
  });
});

test('a worker that is killed between its start and that of the run is reported with the run', async () => {
  const deaths: string[] = [];
  const pool = await start(engineThat(`setTimeout(() => ${KILL}, 50)`), deaths);
  await expect.poll(() => pool.alive, { timeout: 30_000 }).toBe(1);
  expect(deaths).toEqual([]);
  pool.start([]);
  expect(deaths).toEqual(['0 SIGKILL']);
  pool.kill();
  await pool.empty;
});
