import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGGREGATIONS, type Aggregation } from './aggregation.ts';
import { metricDefinition, metricNames } from './metrics.ts';
import { formatThreshold, type Operator, parseThreshold, type Threshold, ThresholdError } from './threshold-grammar.ts';

const thresholds: fc.Arbitrary<Threshold> = fc.constantFrom(...metricNames()).chain((metric) => {
  const { type, labels } = metricDefinition(metric);
  const values = {
    kind: ['audio', 'video'],
    direction: ['up', 'down'],
    role: ['publisher', 'subscriber'],
    codec: ['opus', 'vp8'],
  };
  const aggregations = fc
    .constantFrom(...AGGREGATIONS[type])
    .chain(
      (name): fc.Arbitrary<Aggregation> =>
        name === 'p'
          ? fc.integer({ min: 0, max: 1_000 }).map((tenths) => ({ type: 'p', percentile: tenths / 10 }))
          : fc.constant({ type: name }),
    );
  return fc.record({
    metric: fc.constant(metric),
    selector: fc
      .subarray([...labels])
      .chain((some) => fc.record(Object.fromEntries(some.map((label) => [label, fc.constantFrom(...values[label])])))),
    aggregation: aggregations,
    operator: fc.constantFrom<Operator>('<', '<=', '>', '>=', '==', '!='),
    limit: fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    ),
  });
});

describe('parseThreshold', () => {
  const p95 = { type: 'p', percentile: 95 };
  it.each([
    ['join_time: p(95)<2000', { metric: 'join_time', selector: {}, aggregation: p95, operator: '<', limit: 2_000 }],
    ['join_time p(95)<2000', { metric: 'join_time', aggregation: p95, limit: 2_000 }],
    ['join_time.p95<2000', { metric: 'join_time', aggregation: p95, limit: 2_000 }],
    ['join_time:p(99.9) <= 2s', { aggregation: { type: 'p', percentile: 99.9 }, operator: '<=', limit: 2_000 }],
    ['join_time: med<500ms', { aggregation: { type: 'med' }, limit: 500 }],
    ['packet_loss.rate<1%', { metric: 'packet_loss', aggregation: { type: 'rate' }, limit: 0.01 }],
    ['missing_tracks: count===0', { aggregation: { type: 'count' }, operator: '==', limit: 0 }],
    ['packets_received: rate>=1e4', { aggregation: { type: 'rate' }, operator: '>=', limit: 10_000 }],
    ['cpu_cores: value<3', { aggregation: { type: 'value' }, limit: 3 }],
    ['media_latency{kind:audio}: p(95)<200', { metric: 'media_latency', selector: { kind: 'audio' }, limit: 200 }],
    ['jitter { kind : audio , role=subscriber } p(95) < 200', { selector: { kind: 'audio', role: 'subscriber' } }],
    ['  join_failures:rate<0.01  ', { metric: 'join_failures', limit: 0.01 }],
  ])('reads %s', (text, threshold) => {
    expect(parseThreshold(text)).toMatchObject(threshold);
  });

  it.each([
    ['join_tme: p(95)<2000', 0, 'there is no metric "join_tme"', 'did you mean join_time?'],
    ['frobnicate: p(95)<2000', 0, 'there is no metric "frobnicate"', 'metrics are join_time'],
    ['toString: rate<1', 0, 'there is no metric "toString"', 'metrics are'],
    ['', 0, 'expected the name of a metric', 'write it like'],
    ['join_time', 9, 'expected ":" between join_time and its expression', 'write it like'],
    ['join_time: rate<1', 11, 'join_time has no "rate"', 'a trend has avg, min, med, max, p(N), count'],
    ['packet_loss: p(95)<1', 13, 'packet_loss has no "p"', 'a rate has rate, count'],
    ['join_time: p(101)<1', 13, 'a percentile is from 0 to 100', 'write p(95)'],
    ['join_time: p(95<1', 15, 'expected ")"', 'write p(95)'],
    ['join_time: p(95)~1', 16, 'expected an operator', 'use one of'],
    ['join_time: p(95)=1', 16, 'expected an operator', 'use one of'],
    ['join_time=p(95)<2000', 9, 'expected ":" between', 'write it like'],
    ['join_time: p(95)<', 17, 'expected a number', 'write it like'],
    ['join_time: p(95)<2 parsecs', 19, '"parsecs" is no unit', 'units are'],
    ['join_time: p(95)<2%', 18, 'join_time is no share', 'leave the % out'],
    ['packet_loss: rate<2s', 19, 'packet_loss is not measured in time', 'leave the s out'],
    ['packet_loss: rate<1e999', 23, '1e999 is too large', 'write it like'],
    ['join_time: p(95)<2 and more', 19, '"and" is no unit', 'units are'],
    ['join_time: p(95)<2s !', 20, '"!" is too much', 'write it like'],
    ['join_time{kind:audio}: p(95)<2', 10, 'join_time has no label "kind"', 'its labels are role'],
    ['late_sends{kind:audio}: rate<2', 11, 'late_sends has no label "kind"', 'late_sends has no labels'],
    ['jitter{kind:smell}: p(95)<2', 12, '"smell" is no kind', 'kind is audio or video'],
    ['jitter{kind:audio,kind:video}: p(95)<2', 18, 'the label "kind" is there twice', null],
    ['jitter{kind:audio: p(95)<2', 17, 'expected "," or "}"', 'write a selector'],
    ['media_latency@recovery: p(95)<2', 13, 'windows are not supported yet', 'leave the @… out'],
  ])('refuses %j at character %i', (text, position, problem, hint) => {
    let error: unknown;
    try {
      parseThreshold(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ThresholdError);
    expect(error).toMatchObject({ position, message: expect.stringContaining(problem) });
    expect(error).toMatchObject({ hint: hint === null ? null : expect.stringContaining(hint) });
  });

  it('points at the place', () => {
    expect(() => parseThreshold('join_time: rate<1')).toThrow(
      'threshold "join_time: rate<1": join_time has no "rate" (at character 12)\n  join_time: rate<1\n             ^',
    );
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(thresholds, (threshold) => {
        expect(parseThreshold(formatThreshold(threshold))).toEqual(threshold);
      }),
    );
  });

  it('never fails in another way than its own, with a place inside of the text', () => {
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
      ' ',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseThreshold(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ThresholdError);
          const { position } = error as ThresholdError;
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
