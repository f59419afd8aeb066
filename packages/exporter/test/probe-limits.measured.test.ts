/**
 * Limits of probes, and probes of an unhealthy cluster: two nodes behind a load balancer, with
 * Redis.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { sumOf } from '@livekit-swarm/testkit/exposition';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import { nodeOf, probedCluster } from './support/probed-cluster.ts';
import { expectNoRooms, probeRooms, startProbing, targetOf } from './support/probing.ts';

const cluster = probedCluster(await skipWithout('redis', 'haproxy'));
const node = (index: 0 | 1) => nodeOf(cluster(), index);

describe('limits', () => {
  it('limits concurrent probes, and rejects further ones', async () => {
    await using probing = await startProbing([targetOf(cluster())], {
      maxConcurrent: 1,
      maxQueued: 1,
    });
    const ask = () => probing.ask('target=lab&module=audio_pair');
    const first = ask();
    await expect
      .poll(async () =>
        sumOf((await probing.metrics()).series, 'livekit_swarm_exporter_probes', {
          state: 'running',
        }),
      )
      .toBe(1);
    const second = ask();
    await expect
      .poll(async () =>
        sumOf((await probing.metrics()).series, 'livekit_swarm_exporter_probes', {
          state: 'waiting',
        }),
      )
      .toBe(1);
    const third = await ask();
    expect(third).toMatchObject({
      status: 503,
      text: expect.stringContaining('too many probes at the same time'),
    });
    expect(third.ms).toBeLessThan(1_000);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(
      sumOf((await probing.metrics()).series, 'livekit_swarm_exporter_probes_rejected_total', {
        reason: 'busy',
      }),
    ).toBe(1);
    await expectNoRooms(cluster());
  });

  it.each([1, 1.5, 2.2])(
    'answers within a scrape timeout of %s s, whatever the duration of the module',
    async (seconds) => {
      await using probing = await startProbing([targetOf(cluster())]);
      const { status, series, ms } = await probing.ask('target=lab&module=audio_pair', {
        headers: { 'x-prometheus-scrape-timeout-seconds': String(seconds) },
      });
      expect(ms).toBeLessThan(seconds * 1_000);
      expect(status).toBe(200);
      expect(sumOf(series, 'livekit_swarm_probe_success')).toBe(0);
      expect(
        series
          .filter(({ name }) => name === 'livekit_swarm_probe_failure')
          .map(({ labels }) => labels.reason),
      ).toEqual(['timeout']);
      await expectNoRooms(cluster());
    },
  );

  it('rejects scrape timeouts that are too short or invalid', async () => {
    await using probing = await startProbing([targetOf(cluster())]);
    const ask = (timeout: string) =>
      probing.ask('target=lab&module=join_only', {
        headers: { 'x-prometheus-scrape-timeout-seconds': timeout },
      });
    expect(await ask('0.6')).toMatchObject({
      status: 400,
      text: expect.stringContaining('leaves no time'),
    });
    expect(await ask('soon')).toMatchObject({
      status: 400,
      text: expect.stringContaining('must be a number of seconds'),
    });
    expect(await ask('-1')).toMatchObject({ status: 400 });
    expect(await ask('NaN')).toMatchObject({ status: 400 });
  });

  it('serves nothing without the token but its health', async () => {
    await using probing = await startProbing([targetOf(cluster())], {}, 'let-me-in');
    const { url } = probing.exporter;
    for (const path of ['/', '/metrics', '/probe?target=lab&module=join_only', '/anything']) {
      const response = await fetch(`${url}${path}`);
      expect(response.status).toBe(401);
      expect(await response.text()).not.toMatch(/swarm_|lab/);
    }
    // Probes of Kubernetes have no token.
    for (const path of ['/-/healthy', '/-/ready'])
      expect((await fetch(`${url}${path}`)).status).toBe(200);
    const allowed = await probing.ask('target=lab&module=join_only', {
      headers: { authorization: 'Bearer let-me-in' },
    });
    expect(allowed.status).toBe(200);
  });

  it('ends a probe whose client disconnected, and deletes its room', async () => {
    await using probing = await startProbing([targetOf(cluster())]);
    const leaving = new AbortController();
    const asked = probing
      .ask('target=lab&module=video_pair', { signal: leaving.signal })
      .catch(() => 'gone');
    await expect
      .poll(() => probeRooms(cluster()), { timeout: 5_000, interval: 50 })
      .toHaveLength(1);
    leaving.abort();
    expect(await asked).toBe('gone');
    await expectNoRooms(cluster(), 2_500);
    await expect
      .poll(async () =>
        sumOf((await probing.metrics()).series, 'livekit_swarm_exporter_probes', {
          state: 'running',
        }),
      )
      .toBe(0);
    // The aborted probe is not a result of the deployment.
    expect(probing.log.join('\n')).not.toContain('lab, video_pair');
  });

  it('stops during a probe, and deletes its room', async () => {
    const probing = await startProbing([targetOf(cluster())]);
    const asked = probing.ask('target=lab&module=video_pair');
    await expect
      .poll(() => probeRooms(cluster()), { timeout: 5_000, interval: 50 })
      .toHaveLength(1);
    const began = performance.now();
    await probing.exporter.stop();
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(await asked).toMatchObject({
      status: 503,
      text: expect.stringContaining('the exporter is stopping'),
    });
    expect(await probeRooms(cluster())).toEqual([]);
  });
});

describe('an unhealthy cluster', () => {
  it('reports rejected for a wrong key', async () => {
    await using probing = await startProbing([
      targetOf(cluster(), { apiSecret: 'not-the-secret-not-the-secret-no' }),
    ]);
    const { series } = await probing.ask('target=lab&module=join_only');
    expect(sumOf(series, 'livekit_swarm_probe_success')).toBe(0);
    expect(sumOf(series, 'livekit_swarm_probe_failure', { reason: 'rejected' })).toBe(1);
    expect(probing.log.join('\n')).not.toContain('not-the-secret');
  });

  it('fails when a node dies: during a probe, and afterwards', async () => {
    await using probing = await startProbing([targetOf(cluster())]);
    const { name } = node(1);
    const during = probing.ask(`target=lab&module=audio_pair&node=${name}`);
    await expect
      .poll(() => probeRooms(cluster()), { timeout: 5_000, interval: 50 })
      .toHaveLength(1);
    await sleep(700);
    cluster().service(name).signal('SIGKILL');
    const broken = await during;
    expect(sumOf(broken.series, 'livekit_swarm_probe_success')).toBe(0);
    expect(sumOf(broken.series, 'livekit_swarm_probe_failure', { reason: 'disconnected' })).toBe(1);
    const after = await probing.ask(`target=lab&module=audio_pair&node=${name}`);
    expect(sumOf(after.series, 'livekit_swarm_probe_failure', { reason: 'unreachable' })).toBe(1);
    // The probe does not wait for the timeout.
    expect(after.ms).toBeLessThan(2_000);
    expect(probing.log.join('\n')).toContain(`lab, audio_pair, ${name}: unreachable:`);
    expect(
      sumOf(
        (await probing.ask(`target=lab&module=audio_pair&node=${node(0).name}`)).series,
        'livekit_swarm_probe_success',
      ),
    ).toBe(1);
  });
});
