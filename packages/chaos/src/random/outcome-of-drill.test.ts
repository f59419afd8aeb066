import { expect, it } from 'vitest';
import type { Violation } from '../invariants/invariant.ts';
import type { DrillReason } from '../measure/decide-verdict.ts';
import { outcomeOfDrill } from './outcome-of-drill.ts';

const BUSY: DrillReason = {
  code: 'generator_impaired',
  finding: { code: 'host_saturated', value: 1, limit: 0.5, busy: 0.98 },
};
const DIED: DrillReason = {
  code: 'generator_impaired',
  finding: { code: 'process_died', value: 1, limit: 0, processes: 2 },
};
const SPLIT: Violation = {
  ...{ invariant: 'room_on_two_nodes', room: 'a', participants: ['a-1', 'a-2'] },
  ...{ nodes: ['ND_1', 'ND_2'], fromAt: 40_000, toAt: null },
};

it.each([
  ['passed', [], [], 'held', false],
  ['failed', [], [SPLIT], 'violated', false],
  // A busy host causes violations, and hides none.
  ['inconclusive', [BUSY], [], 'held', true],
  ['inconclusive', [BUSY], [SPLIT], 'undecided', true],
  ['inconclusive', [BUSY, DIED], [], 'undecided', false],
  ['inconclusive', [DIED], [], 'undecided', false],
  ['inconclusive', [], [], 'undecided', false],
  ['void', [{ code: 'interrupted' }], [], 'undecided', false],
] as const)(
  '%s, %j, violations %j: %s, busy host: %s',
  (verdict, reasons, violations, outcome, isHostBusy) => {
    expect(outcomeOfDrill({ verdict, reasons }, violations)).toEqual({ outcome, isHostBusy });
  },
);
