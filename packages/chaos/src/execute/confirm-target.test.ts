import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { assertTargetConfirmed } from './preconditions.ts';

const PRODUCTION = { isLab: false, name: 'production' };

describe('a drill', () => {
  it('may be done to a lab of ours', () =>
    expect(() =>
      assertTargetConfirmed({ isLab: true, name: 'lab' }, drillOf(), null),
    ).not.toThrow());
  it('may not be done to anything else by accident', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, drillOf(), null)).toThrow(
      'the drill would inject faults into "production"',
    ));
  it('may be done to what was named', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, drillOf(), 'production')).not.toThrow());
  it('may not be done to one when another was named', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, drillOf(), 'staging')).toThrow(
      '"production", not "staging"',
    ));
  it('may be done to what the drill allows', () =>
    expect(() =>
      assertTargetConfirmed(PRODUCTION, drillOf({ allowedTargets: ['production'] }), null),
    ).not.toThrow());
});
