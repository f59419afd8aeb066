import { randomInt } from 'node:crypto';
import { type Expectations, parseExpectations } from '@livekit-swarm/chaos/night';
import { LONGEST_DURATION_MS, parseDuration, usageError } from '@livekit-swarm/settings';
import { readFileText } from '../file-text.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface NightFlags {
  seed?: string;
  history?: string;
  expectations?: string;
  nights: string;
  maxDuration?: string;
}

/** Settings of a night, besides its drills and its deployment. */
export interface NightSettings {
  /** Seed that was given; null: a new one is drawn, or that of the night that is continued. */
  seed: number | null;
  expectations: Expectations;
  nights: number;
  maxDurationMs: number | null;
}

const MOST_SEED = 2 ** 32 - 1;
const MOST_NIGHTS = 100;

const readSeed = wholeNumber('--seed', 0, MOST_SEED);
const readNights = wholeNumber('--nights', 1, MOST_NIGHTS);

/** Draws a seed for a night; short enough to be typed. */
export const drawSeed = (): number => randomInt(1_000_000);

/** @throws SwarmError `usage`, `invalid_file` */
export const readNightSettings = (flags: NightFlags): NightSettings => ({
  seed: flags.seed === undefined ? null : readSeed(flags.seed),
  expectations: flags.expectations === undefined ? new Map() : readExpectations(flags.expectations),
  nights: readNights(flags.nights),
  maxDurationMs: flags.maxDuration === undefined ? null : readLimit(flags.maxDuration),
});

const readExpectations = (file: string): Expectations =>
  parseExpectations(readFileText(file, 'give a file of expectations'), file);

const readLimit = (text: string): number => {
  const ms = parseDuration(text);
  if (ms > 0 && ms <= LONGEST_DURATION_MS) return ms;
  throw usageError(`--max-duration ${text}: must be more than 0 and at most 7 days`, 'write 6h');
};
