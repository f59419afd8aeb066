import type { RepeatResult } from './drill-result.ts';

const BEGINNING = 'the record breaks off';

/** Why nothing is certain of a drill that was killed. @param endAt of its last line, ms after the run's start */
export const brokenOffReason = (endAt: number): string =>
  `${BEGINNING} ${(endAt / 1_000).toFixed(1)} s into the run: what came after is not known`;

/** Whether its drill was killed, so that nobody has seen the end. */
export const isBrokenOff = ({ reasons }: Pick<RepeatResult, 'reasons'>): boolean =>
  reasons.some((reason) => reason.startsWith(BEGINNING));

const NOT_HEALED = 'not healed to this day';

/** What a drill has left, and nobody has taken back. */
export const notHealedReason = (faults: readonly string[]): string =>
  `${NOT_HEALED}: ${faults.join(', ')}; run "swarm chaos heal"`;

/** Whether something of it is still there. */
export const isNotHealed = ({ reasons }: Pick<RepeatResult, 'reasons'>): boolean =>
  reasons.some((reason) => reason.startsWith(NOT_HEALED));

/** Whether it was watched to its end: whoever was away until then stayed away. */
export const isWhole = (repeat: Pick<RepeatResult, 'verdict' | 'reasons'>): boolean =>
  repeat.verdict !== 'interrupted' && !isBrokenOff(repeat);
