import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { permit } from './confirm-target.ts';

const PRODUCTION = { own: false, name: 'production' };

describe('a drill', () => {
  it('may be done to a lab of ours', () =>
    expect(() => permit({ own: true, name: 'lab' }, drillOf(), null)).not.toThrow());
  it('may not be done to anything else by accident', () =>
    expect(() => permit(PRODUCTION, drillOf(), null)).toThrow(
      'this would break parts of "production"',
    ));
  it('may be done to what was named', () =>
    expect(() => permit(PRODUCTION, drillOf(), 'production')).not.toThrow());
  it('may not be done to one when another was named', () =>
    expect(() => permit(PRODUCTION, drillOf(), 'staging')).toThrow('"production", not "staging"'));
  it('may be done to what the drill allows', () =>
    expect(() => permit(PRODUCTION, drillOf({ allowed: ['production'] }), null)).not.toThrow());
});
