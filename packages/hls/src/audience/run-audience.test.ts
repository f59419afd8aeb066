import { aggregate } from '@livekit-swarm/metrics';
import { expect, test } from 'vitest';
import { ScriptedClock } from '../../test/support/scripted-clock.ts';
import { type Script, scriptedOrigin } from '../../test/support/scripted-origin.ts';
import { judgeAudience } from './judge.ts';
import { runAudience } from './run-audience.ts';
import { hlsThresholds } from './thresholds.ts';

const HEALTHY = { cpuSeconds: 0, loopDelayP99Ms: 1, loopDelayMaxMs: 2, noSockets: 0 };

/** 50 listeners that begin within 5 s, of a stream that runs for half a minute already. */
const audienceOf = async (script: Script) => {
  const clock = new ScriptedClock(0);
  const fetcher = scriptedOrigin(clock, script);
  await clock.run(30_300);
  const running = runAudience({
    ...{ url: new URL('http://origin.test/main.m3u8'), mostBitsPerSecond: null, clock },
    ...{ mayLoad: () => true, signal: new AbortController().signal, listeners: 50 },
    ...{ rampMs: 5_000, durationMs: 60_000, openFetcher: () => fetcher },
  });
  await clock.run(60_000);
  await clock.run(0);
  const audience = await running;
  return {
    audience,
    verdictOf: (generator = HEALTHY) =>
      judgeAudience({ ...audience, generator }, hlsThresholds([])),
  };
};

test('a healthy stream passes, without a finding', async () => {
  const { audience, verdictOf } = await audienceOf({ targetSeconds: 2 });
  expect(audience.findings).toEqual([]);
  expect(audience.counts).toMatchObject({ listeners: 50, started: 50, playing: 0, failed: 0 });
  const { verdict, thresholds } = verdictOf();
  expect([verdict, thresholds.map(({ ok }) => ok)]).toEqual(['passed', Array(6).fill(true)]);
  // A process that is slow proves nothing.
  expect(verdictOf({ ...HEALTHY, loopDelayP99Ms: 101 }).verdict).toBe('inconclusive');
});

test('a host without sockets proves nothing about the origin', async () => {
  const { audience, verdictOf } = await audienceOf({
    targetSeconds: 2,
    replace: (path, seconds) =>
      path.endsWith('.ts') && seconds > 40 && seconds < 50
        ? Object.assign(new Error('too many'), { code: 'EMFILE' })
        : null,
  });
  expect(audience.generator.noSockets).toBeGreaterThan(0);
  expect(verdictOf({ ...HEALTHY, noSockets: audience.generator.noSockets }).verdict).toBe(
    'inconclusive',
  );
});

test('an encoder that stops is a stall of all, and a stale playlist within 150 ms', async () => {
  const { audience, verdictOf } = await audienceOf({ targetSeconds: 2, encoderStops: [41, 55] });
  expect(audience.findings.map(({ code, listeners }) => [code, listeners])).toEqual([
    ['stale', 50],
    ['stalled', 50],
  ]);
  const stale = audience.findings.find((finding) => finding.code === 'stale');
  // Segment 19 is finished at 40 s, and segment 20, which takes 14 s more, at 56 s.
  expect(stale?.mediaSequence).toBe(19);
  for (const [moment, atMs] of [
    [stale?.from, 40_000],
    [stale?.to, 56_000],
  ] as const) {
    expect(moment?.earliestMs).toBeLessThanOrEqual(atMs);
    expect(moment?.latestMs).toBeGreaterThanOrEqual(atMs);
    expect((moment?.latestMs ?? 0) - (moment?.earliestMs ?? 0)).toBeLessThanOrEqual(150);
  }
  const { verdict, thresholds } = verdictOf();
  expect(verdict).toBe('failed');
  expect(thresholds.filter(({ ok }) => ok === false).map(({ metric }) => metric)).toEqual([
    'hls_stalled',
    'hls_stale',
  ]);
  expect(aggregate(audience.metrics.measure('hls_stalls'), { type: 'count' })).toBe(50);
});

test('an error of one listener ends the others', async () => {
  const clock = new ScriptedClock(0);
  const fetcher = scriptedOrigin(clock, { targetSeconds: 2 });
  await clock.run(30_300);
  let opened = 0;
  let closed = 0;
  const running = runAudience({
    ...{ url: new URL('http://origin.test/live.m3u8'), mostBitsPerSecond: null, clock },
    ...{ mayLoad: () => true, signal: new AbortController().signal, listeners: 2 },
    ...{ rampMs: 5_000, durationMs: 60_000 },
    openFetcher: () => {
      opened++;
      if (opened === 2) throw new Error('no more');
      return { ...fetcher, close: async () => void closed++ };
    },
  });
  const failed = expect(running).rejects.toThrow('no more');
  await clock.run(10_000);
  await failed;
  await clock.run(0);
  expect([opened, closed]).toEqual([2, 1]);
});

test('thresholds are on metrics of listeners, and a given one replaces its default', () => {
  const texts = hlsThresholds(['hls_stale: count<5', 'hls_live_age: p(95)<8s']);
  expect(texts.map(({ source }) => source)).toEqual([...Array(5).fill('default'), 'user', 'user']);
  expect(() => hlsThresholds(['join_time: p(95)<2s'])).toThrow(/do not have join_time/);
  expect(() => hlsThresholds(['hls_stale: count<5 abortOnFail'])).toThrow(/abortOnFail/);
});
