import { LIMITS } from '../limits.ts';

/** Whole things: at least one where there was any. */
export const scaleCount = (count: number, factor: number): number =>
  count === 0 ? 0 : Math.max(1, Math.round(count * factor));

/** Without the noise of binary fractions. */
export const scaleRate = (perSecond: number, factor: number): number =>
  Number((perSecond * factor).toPrecision(12));

export const scaleJoinRate = (perSecond: number, factor: number): number =>
  Math.min(LIMITS.joinRate, scaleRate(perSecond, factor));
