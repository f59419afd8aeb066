/**
 * Run with a load that is far too large against a real livekit-server: it ends before its plan
 * does.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { parseThreshold } from '@livekit-swarm/metrics';
import { openRecord } from '@livekit-swarm/record';
import { expandPlan } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { expect, test } from 'vitest';
import { run } from '../src/run.ts';

test('a threshold crossed by twice its limit for ten seconds ends a run, if that is requested', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-overload-'));
  const server = await startLiveKit({ dir });
  try {
    const load = scenarioOfLoad({ rooms: 1, participants: 2, joinRate: 50, durationMs: 300_000 });
    // No server meets this limit.
    const thresholds = [parseThreshold('media_latency: p(95)<0.0001')];
    const { summary } = await run({
      deployment: {
        ...{ url: server.url, apiKey: server.apiKey, apiSecret: server.apiSecret },
        ...{ embedded: false, serverVersion: null, exited: new Promise(() => {}) },
      },
      guard: ownServerGuard(),
      run: 't00much',
      plan: expandPlan({ ...load, thresholds }, 't00much'),
      allocation: { workers: 1, threads: 1 },
      signalling: 'auto',
      record: openRecord(join(dir, 'record')),
      version: '0.0.0',
      stop: new AbortController().signal,
      endWhenOverloaded: true,
    });
    // If other programs keep the generator from the CPU, the run ends as well, and proves nothing.
    expect(['threshold_crossed', 'stopped']).toContain(summary.end?.reason);
    expect(summary.end?.at).toBeGreaterThan(10_000);
    expect(summary.end?.at).toBeLessThan(200_000);
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}, 240_000);
