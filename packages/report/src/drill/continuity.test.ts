/** Recovery time and lost state of a drill, in each format that is read by a user. */
import type { DrillResult, Recovery } from '@livekit-swarm/chaos';
import { expect, test } from 'vitest';
import { passedDrill } from '../../../chaos/test/support/drill-results.ts';
import { renderDrillHtml } from './html/render-html.ts';
import { drillPage } from './page.ts';
import { renderDrillText } from './render-text.ts';

const CONTINUITY: NonNullable<Recovery['continuity']> = {
  probes: [
    {
      ...{ probe: 'api', attempts: 248, failed: 5, firstFailureMs: 113, worksAgainMs: 1_364 },
      failure: 'HTTP 500: could not find any available nodes',
    },
    {
      ...{ probe: 'join', attempts: 124, failed: 3, firstFailureMs: 113, worksAgainMs: null },
      failure: 'signal_timeout',
    },
  ],
  state: [
    { kind: 'dispatch', written: 5, lost: 1, changed: 0, returned: 0, failure: null },
    { kind: 'mark', written: 127, lost: 30, changed: 0, returned: 6, failure: null },
  ],
  rtoMs: null,
  rpoMs: 15_000,
};

const withContinuity = (): DrillResult => {
  const result = passedDrill();
  return {
    ...result,
    repeats: result.repeats.map((repeat) => ({
      ...repeat,
      recovery: { ...repeat.recovery, continuity: CONTINUITY },
    })),
  };
};

test('the text has attempts, state and both figures', () => {
  const text = renderDrillText(withContinuity());
  expect(text).toContain('recovery time (RTO) not recovered, age of lost writes (RPO) 15.0 s');
  expect(text).toMatch(/API: create a room +248 +5 +\+113 ms +\+1\.36 s +HTTP 500: /);
  expect(text).toMatch(/join a room that exists +124 +3 +\+113 ms +no +signal_timeout/);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  expect(text).toMatch(/rooms created all the time +127 +30 +0 +6/);
});

test('the page and HTML have both tables; a drill without continuity has none', () => {
  const titles = drillPage(withContinuity(), false).sections.map(({ title }) => title);
  expect(titles).toContain('Continuity');
  expect(titles).toContain('State');
  expect(renderDrillHtml(withContinuity())).toContain('agent dispatches');
  expect(renderDrillHtml(passedDrill())).not.toContain('agent dispatches');
});
