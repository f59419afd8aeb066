import { expect, test } from 'vitest';
import { scaleSample } from '../../test/support/samples.ts';
import { reasonText } from './phrases.ts';
import { renderScaleText } from './text.ts';

test('shows the answer, its reasons, the modes side by side, and each decision', () => {
  const text = renderScaleText(scaleSample());
  for (const line of [
    '✗ The scaler keeps up: no (exit 99)',
    'a node had more than it carries for: 12.5 s, at most 0 ms',
    'Participants cut by scale-in: 0; by Spot: 3.',
    '0.05 node-hours; with knowledge of the timetable and no boot delay 0.0333',
    '(+50 %)',
    'PREDICTIVE, 15S AHEAD',
  ])
    expect(text.replaceAll(/\n\s*/g, ' ')).toContain(line);
  expect(text).toMatch(/keeps up +no +unknown/);
  expect(text).toMatch(/1 → 2 +load +0:10 +\+2,000 ms .*\+13 s +\+14 s +\+15.5 s/);
});

test('states an interruption by its exit code', () => {
  const result = scaleSample();
  const [main] = result.rehearsals;
  if (main === undefined) throw new Error('no rehearsal');
  const stopped = { ...main, answer: 'unknown', reasons: [{ code: 'interrupted' }] } as const;
  const text = renderScaleText({
    ...result,
    rehearsals: [{ ...stopped, reasons: [...stopped.reasons] }],
  });
  expect(text).toContain('? The scaler keeps up: unknown (exit 130)');
  expect(text).toContain('interrupted before the end of the timetable');
});

test('a load that could not be read names the pods whose node is not known', () => {
  const unreadable = { code: 'unreadable', share: 0.25 } as const;
  expect(reasonText({ ...unreadable, unnamed: [] })).toMatch(
    /^for 25\s% of the time the load could not be read$/,
  );
  expect(reasonText({ ...unreadable, unnamed: ['media-0', 'media-1'] })).toMatch(
    /could not be read: of media-0, media-1 the LiveKit node is not known$/,
  );
});
