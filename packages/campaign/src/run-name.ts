import { randomInt } from 'node:crypto';
import { join } from 'node:path';

/** No vowels, so that no words arise; no letters that are easily confused. */
const LETTERS = 'bcdfghjkmnpqrstvwxz23456789';

/** A short random word in the names of a run's rooms and participants: one of 19 million. */
export const newRunName = (): string =>
  Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** Default folder of a run's record; sorts by time. */
export const defaultRecordDir = (run: string, at: Date): string =>
  join('records', `${at.toISOString().slice(0, 19).replaceAll(':', '-')}-${run}`);
