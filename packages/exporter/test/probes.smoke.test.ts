/** Probes of a healthy cluster: two nodes behind a load balancer, with Redis. */
import { sumOf } from '@livekit-swarm/testkit/exposition';
import { missing, skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import { probedCluster } from './support/probed-cluster.ts';
import { expectNoRooms, startProbing, targetOf } from './support/probing.ts';
import { checkMetrics } from './support/promtool.ts';

const cluster = probedCluster(await skipWithout('redis', 'haproxy'));

describe('a healthy cluster', () => {
  it.each(['audio_pair', 'video_pair', 'data_echo', 'join_only'])(
    'answers %s, and keeps no room',
    async (module) => {
      await using probing = await startProbing([targetOf(cluster())]);
      const { status, series, text } = await probing.ask(`target=lab&module=${module}`);
      expect(status).toBe(200);
      expect(series.filter(({ name }) => name === 'livekit_swarm_probe_failure')).toEqual([]);
      expect(sumOf(series, 'livekit_swarm_probe_success')).toBe(1);
      for (const side of ['a', 'b']) {
        expect(sumOf(series, 'livekit_swarm_probe_remote_participants', { side })).toBe(1);
        const at = (phase: string) =>
          sumOf(series, 'livekit_swarm_probe_phase_seconds', { phase, side }) ?? Number.NaN;
        expect(at('signal')).toBeGreaterThan(0);
        expect(at('ice')).toBeGreaterThanOrEqual(at('signal'));
        expect(at('dtls')).toBeGreaterThanOrEqual(at('ice'));
        if (module !== 'join_only')
          expect(sumOf(series, 'livekit_swarm_probe_media_received', { side })).toBe(1);
        if (module.endsWith('_pair')) expect(at('first_media')).toBeGreaterThan(at('signal'));
      }
      if (module.endsWith('_pair')) {
        // Audio has 50 packets per second in both directions; video_pair lasts three seconds,
        // audio_pair two.
        expect(
          sumOf(series, 'livekit_swarm_probe_packets_total', { kind: 'audio', direction: 'down' }),
        ).toBeGreaterThan(150);
        expect(
          sumOf(series, 'livekit_swarm_probe_loss_ratio', { kind: 'audio', direction: 'down' }),
        ).toBeLessThan(0.05);
        expect(
          sumOf(series, 'livekit_swarm_probe_latency_seconds', { kind: 'audio', quantile: '0.5' }),
        ).toBeGreaterThan(0);
        expect(sumOf(series, 'livekit_swarm_probe_rtt_seconds')).toBeGreaterThan(0);
      }
      if (module === 'data_echo')
        expect(
          sumOf(series, 'livekit_swarm_probe_data_rtt_seconds', { quantile: '0.95' }),
        ).toBeGreaterThan(0);
      expect(text).not.toContain('target=');
      await expectNoRooms(cluster());
    },
  );

  it('shows scheduled probes on /metrics, which promtool accepts', async (context) => {
    const destination = { target: 'lab', module: 'join_only', intervalMs: 4_500, perNode: true };
    await using probing = await startProbing([targetOf(cluster())], { schedule: [destination] });
    await expect
      .poll(
        async () =>
          (await probing.metrics()).series
            .filter(({ name }) => name === 'livekit_swarm_probe_success')
            .map(({ labels }) => labels.node)
            .sort(),
        {
          timeout: 20_000,
          interval: 500,
        },
      )
      .toEqual(['', 'node-1', 'node-2']);
    const { series, text } = await probing.metrics();
    expect(
      sumOf(series, 'livekit_swarm_probe_success', { target: 'lab', module: 'join_only' }),
    ).toBe(3);
    expect(
      sumOf(series, 'livekit_swarm_probe_runs_total', { result: 'success' }),
    ).toBeGreaterThanOrEqual(3);
    const why = await missing('promtool');
    if (why !== null) return context.skip(why);
    expect(await checkMetrics(text)).toBe('');
    const probe = await probing.ask('target=lab&module=video_pair');
    expect(await checkMetrics(probe.text)).toBe('');
  });
});
