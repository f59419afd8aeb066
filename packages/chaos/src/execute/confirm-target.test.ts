import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { assertTargetConfirmed } from './preconditions.ts';

const PRODUCTION = { isLab: false, name: 'production' };

describe('a target', () => {
  it('needs no confirmation if it is a lab', () =>
    expect(() =>
      assertTargetConfirmed({ isLab: true, name: 'lab' }, drillOf(), null),
    ).not.toThrow());
  it('needs a confirmation if it is not', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, drillOf(), null)).toThrow(
      'the drill would inject faults into "production"',
    ));
  it('is confirmed by its name', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, drillOf(), 'production')).not.toThrow());
  it('is not confirmed by another name', () =>
    expect(() => assertTargetConfirmed(PRODUCTION, drillOf(), 'staging')).toThrow(
      '"production", not "staging"',
    ));
  it('is confirmed by the drill', () =>
    expect(() =>
      assertTargetConfirmed(PRODUCTION, drillOf({ allowedTargets: ['production'] }), null),
    ).not.toThrow());
});
