import { PROBE_METRICS } from '@livekit-swarm/catalogue';
import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import { mergeSnapshots, render } from '@livekit-swarm/catalogue/registry';
import { evaluateProbe, identityOf } from '@livekit-swarm/probe';
import { describe, expect, it } from 'vitest';
import { observation, track } from '../../../../probe/test/support/observations.ts';
import { hlsSuccess } from '../../../test/support/hls-results.ts';
import type { ModuleResult } from './module-result.ts';
import { createProbeResults } from './probe-results.ts';

/** Metrics after all of these probes, with the values of the last one. */
const snapshotsOf = (...results: ModuleResult[]): Snapshot[] => {
  const board = createProbeResults();
  for (const result of results) board.add(result);
  return results.slice(-1).flatMap((last) => board.snapshots(last));
};
const textOf = async (...results: ModuleResult[]): Promise<string> =>
  (await render(snapshotsOf(...results), 'text')).body;

describe('probe results', () => {
  it('shows the last probe, with seconds and ratios, and counters over all', async () => {
    const text = await textOf(
      evaluateProbe(observation('audio_pair')),
      evaluateProbe(observation('audio_pair', {}, { a: { others: [] }, tookMs: 1_500 })),
    );
    for (const line of [
      'livekit_swarm_probe_success 0',
      'livekit_swarm_probe_duration_seconds 1.5',
      'livekit_swarm_probe_failure{reason="participant_missing"} 1',
      'livekit_swarm_probe_remote_participants{side="a"} 0',
      'livekit_swarm_probe_remote_participants{side="b"} 1',
      'livekit_swarm_probe_media_received{side="a"} 1',
      'livekit_swarm_probe_phase_seconds{phase="dtls",side="a"} 0.03',
      'livekit_swarm_probe_phase_seconds{phase="first_media",side="b"} 0.12',
      'livekit_swarm_probe_packets_total{kind="audio",direction="up"} 600',
      'livekit_swarm_probe_loss_ratio{kind="audio",direction="down"} 0',
      'livekit_swarm_probe_latency_seconds{kind="audio",quantile="0.95"} 0.004',
      'livekit_swarm_probe_node_info{side="a",node_id="ND_one"} 1',
      'livekit_swarm_probe_runs_total{result="success"} 1',
      'livekit_swarm_probe_runs_total{result="failure"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('omits figures that were not measured', async () => {
    const quiet = { tracks: [], firstMediaMs: null };
    const text = await textOf(evaluateProbe(observation('join_only', {}, { a: quiet, b: quiet })));
    expect(text).toContain('livekit_swarm_probe_success 1\n');
    expect(text.replace(/^#.*$/gm, '')).not.toMatch(
      /media_received|loss|jitter|latency|rtt|nacks|plis|packets|first_media|data_|failure\{/,
    );
  });

  it('shows a stream with its own figures, and none of a call', async () => {
    const failed = { reason: 'stream_gap', message: '' } as const;
    const text = await textOf(
      hlsSuccess(),
      hlsSuccess({ success: false, failures: [failed] }, { skippedSegments: 2, staleAt: 7 }),
    );
    const lines = text.split('\n').filter((line) => /^[^#]/.test(line));
    expect(lines).toEqual([
      'livekit_swarm_probe_duration_seconds 10',
      'livekit_swarm_probe_failure{reason="stream_gap"} 1',
      'livekit_swarm_probe_hls_success 0',
      'livekit_swarm_probe_hls_live_age_seconds 2.5',
      'livekit_swarm_probe_hls_startup_seconds 0.2',
      'livekit_swarm_probe_hls_request_seconds{resource="playlist"} 0.02',
      'livekit_swarm_probe_hls_request_seconds{resource="segment"} 0.08',
      'livekit_swarm_probe_hls_failed_requests 0',
      'livekit_swarm_probe_hls_stream_bytes_per_second 8000',
      'livekit_swarm_probe_hls_throughput_bytes_per_second 320000',
      'livekit_swarm_probe_hls_stale 1',
      'livekit_swarm_probe_hls_stalled_seconds 0',
      'livekit_swarm_probe_hls_skipped_segments 2',
      'livekit_swarm_probe_runs_total{result="success"} 1',
      'livekit_swarm_probe_runs_total{result="failure"} 1',
    ]);
  });

  it('has the labels and types of the catalogue, and no others', () => {
    const flow = track({ direction: 'down', kind: 'data' });
    const picture = track({ direction: 'down', kind: 'video', publisher: identityOf('b') });
    const seen = [
      observation('video_pair', {}, { a: { tracks: [picture] } }),
      observation('data_echo', {}, { a: { tracks: [flow] }, b: { tracks: [flow] } }),
      observation('audio_pair'),
    ];
    const all = [...seen.map(evaluateProbe), hlsSuccess()].flatMap((one) => snapshotsOf(one));
    for (const { name, type, help, values } of all) {
      const entry = PROBE_METRICS[name as keyof typeof PROBE_METRICS];
      expect({ type, help }).toEqual({ type: entry.type, help: entry.help });
      const labels = [...entry.labels, ...(entry.type === 'summary' ? ['quantile'] : [])].sort();
      for (const value of values) expect(Object.keys(value.labels).sort()).toEqual(labels);
    }
  });

  it('merges the series of several targets under one heading', async () => {
    const boards = ['one', 'two'].map((target) => {
      const board = createProbeResults();
      const result = evaluateProbe(observation('audio_pair'));
      board.add(result);
      return board.snapshots(result, { target, module: 'audio_pair', node: '' });
    });
    const { body } = await render(mergeSnapshots(boards.flat()), 'text');
    expect(body.match(/^# TYPE livekit_swarm_probe_success/gm)).toHaveLength(1);
    expect(body).toContain(
      'livekit_swarm_probe_success{target="one",module="audio_pair",node=""} 1\nlivekit_swarm_probe_success{target="two"',
    );
  });
});
