import type { ExecuteDrillOptions } from '../../src/execute/execute-drill.ts';
import { FAULTS } from '../../src/faults/index.ts';

/**
 * Options that tests of whole drills share: one worker, faults that expire on the target, and no
 * stop.
 */
export const drillOrder = (): Pick<
  ExecuteDrillOptions,
  | 'faults'
  | 'allowUnprovenTarget'
  | 'expiryMarginMs'
  | 'withoutExpiry'
  | 'newRunName'
  | 'staff'
  | 'version'
  | 'stop'
> => ({
  faults: FAULTS,
  allowUnprovenTarget: false,
  expiryMarginMs: 60_000,
  withoutExpiry: false,
  newRunName: () => Math.random().toString(36).slice(2, 8),
  staff: () => ({ workers: 1, threads: 1 }),
  version: '0.0.0',
  stop: new AbortController().signal,
});
