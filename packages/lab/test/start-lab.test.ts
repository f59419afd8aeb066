import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { provisionLiveKit } from '../src/provision/provision.ts';
import type { LabState } from '../src/running/lab-state.ts';
import { startLab } from '../src/running/start-lab.ts';
import { stopLab } from '../src/running/stop-lab.ts';

let cache: string;
beforeEach(async () => {
  const { path } = await provisionLiveKit({});
  cache = mkdtempSync(join(tmpdir(), 'swarm-raise-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('SWARM_LIVEKIT_SERVER', path);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const order = {
  name: 'hasty',
  nodes: 1,
  with: [],
  config: {},
  ruleFiles: [],
  intervalSeconds: 2,
};

const labs = (): string[] => readdirSync(join(cache, 'livekit-swarm', 'labs'));

const raise = (signal: AbortSignal): Promise<LabState> =>
  startLab(order, { onProgress: () => {}, signal });

test('does not begin if it was stopped before', async () => {
  await expect(raise(AbortSignal.abort())).rejects.toThrow();
  expect(labs()).toEqual([]);
});

// Times while the server is searched, while the supervisor is not listening yet, and while the node
// starts.
test.for([0, 15, 30, 60, 90, 120, 180, 250, 400])(
  'leaves no file when it is stopped after %i ms',
  async (ms) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ms);
    const lab = await raise(stop.signal).catch(() => null);
    clearTimeout(timer);
    // A fast host may have completed the lab before the request: then it is complete.
    if (lab !== null) expect(await stopLab(order.name)).toBe('ended');
    await expect.poll(labs, { timeout: 15_000 }).toEqual([]);
  },
);
