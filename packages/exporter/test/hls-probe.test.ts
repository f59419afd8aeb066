/** Probes of a live stream of ffmpeg behind nginx: healthy, with gaps, stopped, and none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sumOf } from '@livekit-swarm/testkit/exposition';
import { type HlsOrigin, startHlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { probeSettings } from '../src/sources/probes/config.ts';
import { type Probing, startProbing } from './support/probing.ts';

await skipWithout('nginx', 'ffmpeg');

/** Settings of nginx without every fifth segment: a probe of 8 s asks for seven. */
const LOCATIONS = 'location ~ ^/one/\\d*[05]\\.ts$ { return 404; }';
const dir = mkdtempSync(join(tmpdir(), 'swarm-hls-probe-'));
let origin: HlsOrigin;
let probing: Probing;

const target = {
  ...{ name: 'lab', url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret', nodes: [] },
  ...{ isAllowedUrl: () => false, redisUrl: null },
};

beforeAll(async () => {
  origin = await startHlsOrigin(dir, LOCATIONS);
  const of = (path: string) => ({ kind: 'hls' as const, url: origin.url(path), duration: 8_000 });
  const { modules } = probeSettings({
    modules: { radio: of('/live.m3u8'), gaps: of('/one/live.m3u8'), none: of('/none.m3u8') },
  });
  probing = await startProbing([target], {
    modules,
    schedule: [{ target: 'lab', module: 'radio', intervalMs: 10_000, perNode: false }],
  });
}, 60_000);
afterAll(async () => {
  await probing.exporter.stop();
  await origin[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const probe = async (module: string) => {
  const { series, text } = await probing.ask(`target=lab&module=${module}`);
  const reasons = series
    .filter(({ name }) => name === 'livekit_swarm_probe_failure')
    .map(({ labels }) => labels.reason);
  const figure = (name: string): number =>
    sumOf(series, `livekit_swarm_probe_hls_${name}`) ?? Number.NaN;
  return { series, text, reasons, figure };
};

it('a healthy stream is a success, with its age and bandwidth; one with gaps names them', async () => {
  const [healthy, gaps, none] = await Promise.all([probe('radio'), probe('gaps'), probe('none')]);
  expect(healthy.reasons, healthy.text).toEqual([]);
  expect(healthy.figure('success')).toBe(1);
  expect(sumOf(healthy.series, 'probe_success')).toBe(1);
  // Alerts on calls do not read a stream.
  expect(sumOf(healthy.series, 'livekit_swarm_probe_success')).toBeUndefined();
  expect(healthy.figure('live_age_seconds')).toBeGreaterThan(0);
  expect(healthy.figure('stalled_seconds')).toBe(0);
  // AAC with 64 kbit/s, in packets of MPEG-TS.
  expect(healthy.figure('stream_bytes_per_second')).toBeGreaterThan(8_000);
  expect(healthy.figure('stream_bytes_per_second')).toBeLessThan(16_000);
  expect(healthy.figure('throughput_bytes_per_second')).toBeGreaterThan(
    healthy.figure('stream_bytes_per_second'),
  );

  expect(gaps.reasons, gaps.text).toContain('stream_gap');
  expect(gaps.figure('skipped_segments')).toBeGreaterThan(0);
  expect(gaps.figure('failed_requests')).toBeGreaterThan(0);

  expect(none.reasons, none.text).toEqual(['stream_unavailable']);
  expect(none.figure('success')).toBe(0);
});

it('an encoder that stops is stale', async () => {
  origin.stopEncoder();
  try {
    const url = `${probing.exporter.url}/probe?target=lab&module=radio&debug=true`;
    const text = await (await fetch(url)).text();
    // The playlist is loaded each second, for eight seconds; 3 s without a segment are stale.
    expect(text).toMatch(/stream_stale: the playlist stayed at segment \d+/);
    expect(text).toMatch(/^livekit_swarm_probe_hls_stale 1$/m);
  } finally {
    origin.continueEncoder();
  }
});

it('a scheduled probe is on /metrics', async () => {
  const success = async (): Promise<number | undefined> =>
    sumOf((await probing.metrics()).series, 'livekit_swarm_probe_runs_total', {
      ...{ target: 'lab', module: 'radio', node: '' },
    });
  await expect.poll(success, { timeout: 30_000, interval: 500 }).toBeGreaterThan(0);
});
