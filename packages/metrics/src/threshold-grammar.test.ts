import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGGREGATIONS, type Aggregation } from './aggregation.ts';
import { metricDefinition, metricNames } from './metrics.ts';
import { formatThreshold, type Operator, type Threshold } from './threshold.ts';
import { parseThreshold, readThreshold } from './threshold-grammar.ts';
import type { WindowRef } from './window-ref.ts';

const windows: fc.Arbitrary<WindowRef | null> = fc.oneof(
  fc.constant(null),
  fc.constant<WindowRef>({ type: 'stages' }),
  fc
    .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,8}$/)
    .map((name): WindowRef => ({ type: 'named', name })),
  fc
    .tuple(fc.nat({ max: 90_000_000 }), fc.integer({ min: 1, max: 90_000_000 }))
    .map(([fromMs, length]): WindowRef => ({ type: 'stretch', fromMs, toMs: fromMs + length })),
);

const thresholds: fc.Arbitrary<Threshold> = fc.constantFrom(...metricNames()).chain((metric) => {
  const { type, labels, timed } = metricDefinition(metric);
  const values = {
    kind: ['audio', 'video'],
    direction: ['up', 'down'],
    group: ['load', 'calls/1', 'v2.0_x'],
    role: ['publisher', 'voice-ai', 'subscriber'],
    path: ['direct', 'turn-tls', 'auto'],
    action: ['mute', 'simulate-migration'],
    codec: ['opus', 'vp8'],
    agent: ['1', '2'],
    code: ['0', '1502'],
    allowance: ['bw_in', 'pps'],
    node: ['node-1', '10.0.0.5:6789', '[::1]:6789', 'ND_x7'],
  };
  const aggregations = fc
    .constantFrom(...AGGREGATIONS[type])
    .chain(
      (name): fc.Arbitrary<Aggregation> =>
        name === 'p'
          ? fc
              .integer({ min: 0, max: 1_000 })
              .map((tenths) => ({ type: 'p', percentile: tenths / 10 }))
          : fc.constant({ type: name }),
    );
  return fc.record({
    metric: fc.constant(metric),
    selector: fc
      .subarray([...labels])
      .chain((some) =>
        fc.record(
          Object.fromEntries(some.map((label) => [label, fc.constantFrom(...values[label])])),
        ),
      ),
    window: timed ? windows : fc.constant(null),
    aggregation: aggregations,
    operator: fc.constantFrom<Operator>('<', '<=', '>', '>=', '==', '!='),
    limit: fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    ),
    abortOnFail: fc.option(fc.record({ afterMs: fc.nat({ max: 90_000_000 }) })),
  });
});

describe('parseThreshold', () => {
  const p95 = { type: 'p', percentile: 95 };
  it.each([
    [
      'join_time: p(95)<2000',
      { metric: 'join_time', selector: {}, aggregation: p95, operator: '<', limit: 2_000 },
    ],
    ['join_time p(95)<2000', { metric: 'join_time', aggregation: p95, limit: 2_000 }],
    ['join_time.p95<2000', { metric: 'join_time', aggregation: p95, limit: 2_000 }],
    [
      'join_time:p(99.9) <= 2s',
      { aggregation: { type: 'p', percentile: 99.9 }, operator: '<=', limit: 2_000 },
    ],
    ['join_time: med<500ms', { aggregation: { type: 'med' }, limit: 500 }],
    ['packet_loss.rate<1%', { metric: 'packet_loss', aggregation: { type: 'rate' }, limit: 0.01 }],
    ['missing_tracks: count===0', { aggregation: { type: 'count' }, operator: '==', limit: 0 }],
    [
      'packets_received: rate>=1e4',
      { aggregation: { type: 'rate' }, operator: '>=', limit: 10_000 },
    ],
    ['cpu_cores: value<3', { aggregation: { type: 'value' }, limit: 3 }],
    [
      'media_latency{kind:audio}: p(95)<200',
      { metric: 'media_latency', selector: { kind: 'audio' }, limit: 200 },
    ],
    [
      'jitter { kind : audio , role=subscriber } p(95) < 200',
      { selector: { kind: 'audio', role: 'subscriber' } },
    ],
    [
      '  join_failures:rate<0.01  ',
      { metric: 'join_failures', limit: 0.01, window: null, abortOnFail: null },
    ],
    [
      'join_time{group:lobbies,role:host}: p(95)<2s',
      { selector: { group: 'lobbies', role: 'host' } },
    ],
    ['packet_loss@peak: rate<1%', { window: { type: 'named', name: 'peak' }, limit: 0.01 }],
    [
      'packet_loss{kind:audio}@first-500.rate<1%',
      { selector: { kind: 'audio' }, window: { type: 'named', name: 'first-500' } },
    ],
    ['packet_loss@2nd rate<1%', { window: { type: 'named', name: '2nd' } }],
    ['packet_loss@*: rate<1%', { window: { type: 'stages' } }],
    [
      'packet_loss@30s..60s: rate<1%',
      { window: { type: 'stretch', fromMs: 30_000, toMs: 60_000 } },
    ],
    [
      'packet_loss @ 1m1.5s .. 1h rate<1%',
      { window: { type: 'stretch', fromMs: 61_500, toMs: 3_600_000 } },
    ],
    ['packet_loss@0s..500ms.rate<1%', { window: { type: 'stretch', fromMs: 0, toMs: 500 } }],
    ['packet_loss: rate<1% abortOnFail', { limit: 0.01, abortOnFail: { afterMs: 0 } }],
    [
      'join_time: p(95)<2s abortOnFail after 1m30s',
      { limit: 2_000, abortOnFail: { afterMs: 90_000 } },
    ],
    ['join_time: p(95)<2 abortOnFail  after  500ms ', { limit: 2, abortOnFail: { afterMs: 500 } }],
  ])('reads %s', (text, threshold) => {
    expect(parseThreshold(text)).toMatchObject(threshold);
  });

  it.each([
    ['join_tme: p(95)<2000', 0, 'unknown metric "join_tme"', 'did you mean join_time?'],
    ['frobnicate: p(95)<2000', 0, 'unknown metric "frobnicate"', 'available: join_time'],
    ['toString: rate<1', 0, 'unknown metric "toString"', 'available:'],
    ['', 0, 'expected the name of a metric', 'write it like'],
    ['join_time', 9, 'expected ":" between join_time and its expression', 'write it like'],
    [
      'join_time: rate<1',
      11,
      'join_time has no "rate"',
      'a trend has avg, min, med, max, p(N), count',
    ],
    ['packet_loss: p(95)<1', 13, 'packet_loss has no "p"', 'a rate has rate, count'],
    ['join_time: p(101)<1', 13, 'a percentile is from 0 to 100', 'write p(95)'],
    ['join_time: p(95<1', 15, 'expected ")"', 'write p(95)'],
    ['join_time: p(95)~1', 16, 'expected an operator', 'use one of'],
    ['join_time: p(95)=1', 16, 'expected an operator', 'use one of'],
    ['join_time=p(95)<2000', 9, 'expected ":" between', 'write it like'],
    ['join_time: p(95)<', 17, 'expected a number', 'write it like'],
    ['join_time: p(95)<2 parsecs', 19, 'unknown unit "parsecs"', 'use %, us, ms or s'],
    ['join_time: p(95)<2%', 18, 'join_time is not a share', 'leave the % out'],
    ['packet_loss: rate<2s', 19, 'packet_loss is not measured in time', 'leave the s out'],
    ['packet_loss: rate<1e999', 23, '1e999 is too large', 'write it like'],
    ['join_time: p(95)<2 and more', 19, 'unknown unit "and"', 'use %, us, ms or s'],
    ['join_time: p(95)<2s !', 20, 'unexpected "!"', 'write it like'],
    [
      'join_time{kind:audio}: p(95)<2',
      10,
      'join_time has no label "kind"',
      'its labels are group, role',
    ],
    [
      'late_sends{kind:audio}: rate<2',
      11,
      'late_sends has no label "kind"',
      'late_sends has no labels',
    ],
    ['jitter{kind:smell}: p(95)<2', 12, 'unknown kind "smell"', 'kind is audio or video'],
    ['jitter{kind:audio,kind:video}: p(95)<2', 18, 'the label "kind" is given twice', null],
    ['jitter{kind:audio: p(95)<2', 17, 'expected "," or "}"', 'write a selector'],
    ['media_latency@: p(95)<2', 14, 'expected the name of a window', 'write a window like @peak'],
    ['media_latency@30..60s: p(95)<2', 14, 'a duration needs a unit', 'write 30s'],
    ['media_latency@30s..: p(95)<2', 19, 'expected a duration', 'write a window like @peak'],
    ['media_latency@30s..60x: p(95)<2', 19, '"60x" is not a duration', 'write a number and ms'],
    [
      'media_latency@60s..60s: p(95)<2',
      14,
      'a window must end after it begins',
      'write a window like',
    ],
    [
      'missing_tracks@peak: rate==0',
      14,
      'missing_tracks is known only when a session ends: it has no windows',
      'leave the @… out',
    ],
    ['join_time: p(95)<2s abort', 20, 'unexpected "abort"', 'abortOnFail after 10s'],
    ['join_time: p(95)<2 abortonfail', 19, 'unexpected "abortonfail"', 'abortOnFail after 10s'],
    ['join_time: p(95)<2 abortOnFail after', 36, 'expected a duration', 'abortOnFail after 10s'],
    ['join_time: p(95)<2 abortOnFail after 10', 37, 'a duration needs a unit', 'write 10s'],
    ['join_time: p(95)<2 abortOnFail 10s', 31, 'unexpected "10s"', 'write it like'],
  ])('refuses %j at character %i', (text, position, problem, hint) => {
    const reading = readThreshold(text);
    expect(reading.problem).toMatchObject({
      position,
      message: expect.stringContaining(problem),
      hint: hint === null ? null : expect.stringContaining(hint),
    });
    expect(() => parseThreshold(text)).toThrow(
      expect.objectContaining({ code: 'invalid_threshold' }),
    );
  });

  it('names the place of the mistake', () => {
    expect(() => parseThreshold('join_time: rate<1')).toThrow(
      'threshold "join_time: rate<1": join_time has no "rate" (at character 12)\n  join_time: rate<1\n             ^',
    );
  });

  it('reads the text that it writes', () => {
    fc.assert(
      fc.property(thresholds, (threshold) => {
        expect(parseThreshold(formatThreshold(threshold))).toEqual(threshold);
      }),
    );
  });

  it('accepts sizes for metrics in bytes only', () => {
    expect(parseThreshold('server_memory: max<1.5GB').limit).toBe(1.5e9);
    expect(parseThreshold('server_memory_left{node:10.0.0.5:7880}: value<300kB')).toMatchObject({
      selector: { node: '10.0.0.5:7880' },
      limit: 300_000,
    });
    expect(() => parseThreshold('server_goroutines: max<1MB')).toThrow(/MB/);
  });

  it('throws no error but its own, with a position within the text', () => {
    const pieces = fc.constantFrom(
      ...metricNames(),
      '{',
      '}',
      ':',
      'p(95)',
      'rate',
      '<',
      '==',
      '1',
      '%',
      'kind',
      'audio',
      '@',
      '*',
      '..',
      '30s',
      'abortOnFail',
      'after',
      ' ',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { problem } = readThreshold(text);
        if (problem === null) return;
        expect(problem.position).toBeGreaterThanOrEqual(0);
        expect(problem.position).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
