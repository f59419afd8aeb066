import type { RecordedRun, Side } from '@livekit-swarm/analysis/compare';
import { parseThreshold } from '@livekit-swarm/metrics';
import { failedReport } from '@livekit-swarm/testkit/reports';
import { expect, test } from 'vitest';
import { thresholdsSection } from './thresholds.ts';

type Result = RecordedRun['decision']['thresholds'][number];

const { summary, decision } = failedReport();
const threshold = parseThreshold('join_time: p95<500ms');

/** A side whose runs have these results of one threshold. */
const sideOf = (name: string, ...states: Result['ok'][]): Side => sideWith(name, 120, ...states);

const sideWith = (name: string, value: number, ...states: Result['ok'][]): Side => {
  const runs = states.map((ok): RecordedRun => {
    const [known] = decision.thresholds;
    if (known === undefined) throw new Error('the report has no threshold');
    const result: Result = { ...known, ...{ threshold, metric: 'join_time', value, ok } };
    return {
      ...{ name, summary, readLines: () => [] },
      decision: { ...decision, thresholds: [result] },
    };
  });
  return { name, runs };
};

test('a threshold passed where every run met it, and is open where one was not judged', () => {
  const sides = [
    sideOf('met', true, true),
    sideOf('crossed', true, false, null),
    sideOf('open', true, null),
    sideOf('single', null),
  ];
  const text = String(thresholdsSection(sides));
  const cells = [
    ...text.matchAll(
      /<td role="cell" class="([^"]+)" data-label="[^"]+">([^<]*) ?(?:<small>([^<]*)<\/small>)?<\/td>/g,
    ),
  ];
  expect(cells.slice(-4).map(([, style, figure, of]) => [style, figure?.trim().at(0), of])).toEqual(
    [
      ['n', '✓', undefined],
      ['n bad', '✗', 'crossed in 1 of 3'],
      ['n unsure', '?', 'not judged in 1 of 2'],
      ['n unsure', '?', 'not judged'],
    ],
  );
});

test('a median near the limit has the digits that distinguish it from the limit', () => {
  const text = String(thresholdsSection([sideWith('slow', 500.4, false)]));
  expect(text).toContain('data-label="Limit">&lt; 500 ms</td>');
  expect(text).toContain('500.4 ms');
});
