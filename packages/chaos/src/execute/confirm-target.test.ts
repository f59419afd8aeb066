import { describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import type { Drill, DrillFault } from '../drill/drill.ts';
import { assertTargetConfirmed } from './preconditions.ts';

const ABORT = { controlGroupInterrupted: 0.5, interrupted: null, forMs: 10_000 };
const DRILL = drillOf({ abort: ABORT });
const PRODUCTION = { isLab: false, name: 'production' };

describe('a target', () => {
  it('needs no confirmation if it is a lab', () =>
    expect(() =>
      assertTargetConfirmed({ isLab: true, name: 'lab' }, drillOf(), null),
    ).not.toThrow());
  it('needs a confirmation if it is not', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, DRILL, null)).toThrow(
      'the drill would inject faults into "production"',
    ));
  it('is confirmed by its name', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, DRILL, 'production')).not.toThrow());
  it('is not confirmed by another name', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, DRILL, 'staging')).toThrow(
      '"production", not "staging"',
    ));
  it('is not confirmed by the drill file alone', () =>
    expect(() =>
      assertTargetConfirmed(PRODUCTION, { ...DRILL, allowedTargets: ['production'] }, null),
    ).toThrow('the drill would inject faults into "production"'));
  it('must be one that the drill file allows', () =>
    expect(() =>
      assertTargetConfirmed(PRODUCTION, { ...DRILL, allowedTargets: ['staging'] }, 'production'),
    ).toThrow('does not allow "production", only staging'));
});

describe('an abort condition', () => {
  const confirm = (drill: Drill, isLab = false) =>
    assertTargetConfirmed({ ...PRODUCTION, isLab }, drill, 'production');
  const onRedis = { faults: [faultOf({ fault: 'redis-kill', target: { role: 'redis' } })] };

  it('is required outside a lab, where something is injected', () => {
    expect(() => confirm(drillOf())).toThrow('has no abort condition');
    expect(() => confirm(drillOf(), true)).not.toThrow();
    expect(() => confirm(drillOf({ faults: [] }))).not.toThrow();
  });

  it('must be one that can be met', () => {
    expect(() => confirm({ ...DRILL, ...onRedis })).toThrow('leave no control group');
    expect(() =>
      confirm({ ...DRILL, ...onRedis, abort: { ...ABORT, interrupted: 0.5 } }),
    ).not.toThrow();
    const onAll: DrillFault['target'][] = [
      { role: 'sentinel' },
      { role: 'redis-replica' },
      { role: 'nodes', share: 1 },
    ];
    for (const target of onAll)
      expect(() => confirm({ ...DRILL, faults: [faultOf({ target })] })).toThrow(
        'leave no control group',
      );
    const onHalf = faultOf({ target: { role: 'nodes', share: 0.5 } });
    expect(() => confirm({ ...DRILL, faults: [onHalf] })).not.toThrow();
  });
});
