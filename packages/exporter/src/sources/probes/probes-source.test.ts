import { collect } from '@livekit-swarm/catalogue/registry';
import { moduleOf } from '@livekit-swarm/probe';
import { expect, it, vi } from 'vitest';
import { observation } from '../../../../probe/test/support/observations.ts';
import { createProber } from './prober.ts';
import { createProbesSource } from './probes-source.ts';

it('has one series for a target that several entries of the schedule probe', async () => {
  const context = { error: () => {}, log: () => {}, up: () => {} };
  const url = 'ws://127.0.0.1:1';
  const node = { name: 'node-1', url, metricsUrl: null };
  const target = {
    name: 'lab',
    url,
    apiKey: '',
    apiSecret: '',
    nodes: [node],
    isAllowedUrl: () => false,
    redisUrl: null,
  };
  const prober = createProber({
    maxConcurrent: 4,
    maxQueued: 4,
    log: () => {},
    error: () => {},
    run: async () => observation('join_only'),
  });
  const entry = { target: 'lab', module: 'join_only', intervalMs: 50 };
  const source = createProbesSource(
    [target],
    {
      maxConcurrent: 4,
      maxQueued: 4,
      timeoutMs: 30_000,
      scrapeTimeoutOffsetMs: 500,
      modules: new Map([['join_only', moduleOf('join_only', {}).module]]),
      schedule: [
        { ...entry, perNode: false },
        { ...entry, perNode: true },
      ],
    },
    context,
    prober,
  );
  const nodesShown = async () =>
    (await collect(source.registry))
      .find(({ name }) => name === 'livekit_swarm_probe_success')
      ?.values.map(({ labels }) => labels.node) ?? [];
  const runs = async () =>
    (await collect(source.registry))
      .find(({ name }) => name === 'livekit_swarm_probe_runs_total')
      ?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
  await source.start();
  try {
    await vi.waitFor(async () => expect(await runs()).toBeGreaterThan(8), { timeout: 10_000 });
    expect((await nodesShown()).sort()).toEqual(['', 'node-1']);
  } finally {
    await source.stop();
  }
});
