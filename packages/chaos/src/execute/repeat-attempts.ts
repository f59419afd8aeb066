import { join } from 'node:path';
import type { Drill } from '../drill/drill.ts';
import type { RepeatResult } from '../measure/drill-result.ts';

/**
 * What told nothing, as the machine was busy or it did not become steady, is made again; so often at most, over all repeats of a drill. Whoever reads the report
 * sees all of them.
 */
export const SPARE_ATTEMPTS = 2;

/** Whether a drill has told what it was asked for, or never will. */
export const isEnough = (
  { repeats }: Pick<Drill, 'repeats'>,
  made: readonly RepeatResult[],
): boolean => made.filter(settles).length >= repeats || made.length >= repeats + SPARE_ATTEMPTS;

/** A fault that is not available does not become so. */
const settles = ({ verdict, recovery }: RepeatResult): boolean =>
  verdict === 'passed' ||
  verdict === 'failed' ||
  verdict === 'interrupted' ||
  recovery.skipped.length > 0;

/** Where the record of each goes. */
export const attemptFolder = (
  dir: string,
  { repeats }: Pick<Drill, 'repeats'>,
  number: number,
): string => (repeats === 1 && number === 1 ? dir : join(dir, `repeat-${number}`));
