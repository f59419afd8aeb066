import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess } from '@livekit-swarm/host';
import type { LabState } from '@livekit-swarm/lab';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runningLab } from './deployment.ts';

let cache = '';
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'swarm-standing-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const AT = 'http://127.0.0.1:1';
const me = identifyProcess(process.pid);

/** Writes the state file of "swarm lab up", with this process as supervisor. */
const raise = (state: Partial<LabState> = {}): string => {
  const folder = join(cache, 'livekit-swarm', 'labs', 'mine');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'keys.env'),
    'export LIVEKIT_API_KEY=key\nexport LIVEKIT_API_SECRET=secret\n',
  );
  const lab = {
    schema: 'livekit-swarm/lab/3',
    name: 'mine',
    startedAt: '2026-11-21T09:00:00.000Z',
    supervisor: me,
    services: [],
    facts: {
      nodes: [
        {
          name: 'node-1',
          url: AT,
          httpUrl: AT,
          metricsUrl: AT,
          redisHost: '127.0.1.1',
          ports: { http: 1, metrics: 3, udpFirst: 4, udpLast: 5 },
        },
      ],
      apiKey: 'key',
      url: 'ws://127.0.0.1:1',
      httpUrl: AT,
      redisUrl: 'redis://127.0.0.1:6',
      redisServers: [{ name: 'redis', port: 6 }],
      sentinels: [],
      balancerStatsUrl: null,
      prometheusUrl: null,
      authorityFile: null,
    },
    ...state,
  };
  writeFileSync(join(folder, 'lab.json'), JSON.stringify(lab));
  return folder;
};

it('has the data of its state file, and is confirmed while it runs', async () => {
  raise();
  await using lab = await runningLab('mine');
  expect(lab).toMatchObject({
    name: 'mine',
    isLab: true,
    apiKey: 'key',
    apiSecret: 'secret',
    url: 'ws://127.0.0.1:1',
  });
  await expect(lab.confirm?.()).resolves.toBeUndefined();
});

it.each([
  ['was ended', (folder: string) => rmSync(folder, { recursive: true })],
  [
    'was killed',
    () => void raise({ supervisor: { pid: process.pid, startedAt: 1, bootId: null } }),
  ],
  ['was started again under its name', () => void raise({ startedAt: '2026-11-21T10:00:00.000Z' })],
])('is not when it %s meanwhile', async (_what, happens) => {
  const folder = raise();
  await using lab = await runningLab('mine');
  happens(folder);
  await expect(lab.confirm?.()).rejects.toMatchObject({
    code: 'no_lab',
    message: expect.stringContaining('there is no verdict on the server'),
  });
});
