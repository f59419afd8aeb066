import { expect, test } from 'vitest';
import { type RunEvidence, stateOf, weightOf } from './sequential-test.ts';

const run = (crossed: number, windows: number, more: Partial<RunEvidence> = {}): RunEvidence => ({
  windows,
  crossed,
  failedAsAWhole: false,
  certain: false,
  ...more,
});
const stateAfter = (...runs: RunEvidence[]) =>
  stateOf(runs.reduce((sum, one) => sum + weightOf(one), 0));

test.each([
  ['one good run', [run(0, 4)], 'probably-carried'],
  ['one long good run', [run(0, 8)], 'probably-carried'],
  ['two good runs', [run(0, 4), run(0, 4)], 'carried'],
  ['one bad run', [run(4, 4)], 'probably-exceeded'],
  ['two bad runs', [run(4, 4), run(3, 4)], 'exceeded'],
  ['one window of four', [run(1, 4)], 'open'],
  ['half of the windows', [run(2, 4)], 'probably-exceeded'],
  ['one good, one bad', [run(0, 4), run(4, 4)], 'open'],
  ['a join that failed', [run(0, 4, { failedAsAWhole: true })], 'probably-exceeded'],
  ['a server that ended', [run(0, 0, { certain: true })], 'exceeded'],
  ['a run without windows, which is evidence of nothing', [run(0, 0)], 'open'],
])('%s', (_, runs, state) => {
  expect(stateAfter(...runs)).toBe(state);
});
