import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionLiveKit, raiseLab } from '@livekit-swarm/lab';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

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
  persistentRedis: false,
  ruleFiles: [],
  intervalSeconds: 2,
};

// While the server is looked for, while the supervisor is not yet listening, while the node starts.
test.for([0, 15, 30, 60, 90, 120, 180, 250, 400])('asked to stop after %i ms, it does, and leaves no file', async (ms) => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), ms);
  await expect(raiseLab(order, { onProgress: () => {}, signal: stop.signal })).rejects.toThrow();
  await expect.poll(() => readdirSync(join(cache, 'livekit-swarm', 'labs')), { timeout: 15_000 }).toEqual([]);
});
