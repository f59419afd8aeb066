import { describe, expect, it } from 'vitest';
import { exampleLabels, fixedLabels, matchersOf } from './job-selector.ts';

describe.each([
  ['livekit', 'job="livekit"', { job: 'livekit' }, { job: 'livekit' }],
  ['{container="sfu"}', 'container="sfu"', { container: 'sfu' }, { container: 'sfu' }],
  ['{job=~".*livekit-server.*"}', 'job=~".*livekit-server.*"', {}, { job: 'livekit-server' }],
  [
    '{ job=~"a.+|b", cluster = "eu" }',
    'job=~"a.+|b", cluster="eu"',
    { cluster: 'eu' },
    { job: 'ax', cluster: 'eu' },
  ],
  ['{job=~"livekit-[0-9]+"}', 'job=~"livekit-[0-9]+"', {}, null],
])('the job %s', (job, matchers, fixed, example) => {
  it('is selected by its matchers', () => {
    expect(matchersOf(job)).toBe(matchers);
  });

  it('has the labels that absent() keeps, and an example for rule tests', () => {
    expect(fixedLabels(job)).toEqual(fixed);
    expect(exampleLabels(job)).toEqual(example);
  });
});
