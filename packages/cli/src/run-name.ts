import { randomInt } from 'node:crypto';
import { join } from 'node:path';

/** No vowels, so no words; none that are mistaken for another. */
const LETTERS = 'bcdfghjkmnpqrstvwxz23456789';

/** A short random word that tells the rooms and people of one run from those of another: 19 million of them. */
export const newRunName = (): string =>
  Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** Where a run keeps its record unless told otherwise; sorts by time. */
export const defaultRecordDir = (run: string, at: Date): string =>
  join('records', `${at.toISOString().slice(0, 19).replaceAll(':', '-')}-${run}`);
