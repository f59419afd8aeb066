import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureHostSpeed } from '@livekit-swarm/engine/host-speed';
import { cacheDir, identifyHost } from '@livekit-swarm/host';
import { messageOf, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';

/** Speed of this host for predictions: CPU time for one packet of bare UDP with encryption, µs. */
export type Calibration =
  | { source: 'measured' | 'cached'; microsPerPacket: number; measuredAtMs: number }
  /** The value of `--calibration` is used. */
  | { source: 'given'; microsPerPacket: number }
  /** The costs of docs/performance.md are used. */
  | { source: 'skipped'; reason: 'off' | 'failed'; message: string };

/** Value of `--calibration`. */
export type CalibrationChoice =
  | { type: 'auto' | 'fresh' | 'off' }
  | { type: 'given'; microsPerPacket: number };

/** Plausible CPU time for a packet on any host, µs. */
const PLAUSIBLE = { min: 0.05, max: 100 };

/**
 * Reads the value of `--calibration`.
 * @throws SwarmError `usage`
 */
export const readCalibrationChoice = (text = 'auto'): CalibrationChoice => {
  const word = text.trim();
  if (word === 'auto' || word === 'fresh' || word === 'off') return { type: word };
  const micros = /^\d+(\.\d+)?$/.test(word) ? Number(word) : Number.NaN;
  if (micros >= PLAUSIBLE.min && micros <= PLAUSIBLE.max)
    return { type: 'given', microsPerPacket: micros };
  throw usageError(
    `--calibration ${text}: must be auto, fresh, off, or microseconds for a packet from ${PLAUSIBLE.min} to ${PLAUSIBLE.max}`,
    'leave it out: this host is measured once after each boot',
  );
};

/** Means of a calibration: the cache file, the measurement and the clock. Tests replace them. */
export interface CalibrationMeans {
  file: string;
  measure(): { microsPerPacket: number; bestMicros: number; worstMicros: number };
  now(): number;
  /** ID of the boot; null: unknown, and then nothing is cached. */
  boot: string | null;
}

const meansOfHost = (): CalibrationMeans => ({
  file: keptFile(),
  measure: measureHostSpeed,
  now: Date.now,
  boot: bootOfHost(),
});

/**
 * Path of the cache file. Without a home folder there is no cache: an empty path can be neither
 * read nor written.
 */
const keptFile = (): string => {
  try {
    return join(cacheDir(), 'calibration.json');
  } catch {
    return '';
  }
};

/**
 * Ratio of the worst to the best round from which other processes disturbed a measurement, so that
 * it is not cached.
 */
const DISTURBED = 3;

/** Calibration of this process, so that all its runs are planned alike, even without a cache. */
let ofThisProcess: Calibration | null = null;

/**
 * Calibrates this host: measures for a quarter of a second, and caches the result until the next
 * boot. Never throws, because a plan can do without it.
 */
export const calibrate = (choice: CalibrationChoice = { type: 'auto' }): Calibration => {
  if (choice.type === 'given' || choice.type === 'off') return calibrateBy(choice, meansOfHost());
  ofThisProcess ??= calibrateBy(choice, meansOfHost());
  return ofThisProcess;
};

/** Calibrates as `calibrate` does, with given means. */
export const calibrateBy = (choice: CalibrationChoice, means: CalibrationMeans): Calibration => {
  if (choice.type === 'given') return { source: 'given', microsPerPacket: choice.microsPerPacket };
  if (choice.type === 'off')
    return { source: 'skipped', reason: 'off', message: '--calibration off' };
  const { boot } = means;
  const kept = choice.type === 'fresh' ? null : readKept(means.file, boot);
  if (kept !== null) return { source: 'cached', ...kept };
  try {
    const { microsPerPacket, bestMicros, worstMicros } = means.measure();
    if (!(microsPerPacket >= PLAUSIBLE.min && microsPerPacket <= PLAUSIBLE.max))
      throw new RangeError(`a packet took ${microsPerPacket} µs`);
    const measured = { microsPerPacket, measuredAtMs: means.now() };
    if (boot !== null && worstMicros < DISTURBED * bestMicros)
      keep(means.file, { boot, ...measured });
    return { source: 'measured', ...measured };
  } catch (error) {
    const message = messageOf(error);
    return { source: 'skipped', reason: 'failed', message };
  }
};

/** ID of the boot and of the machine: a container has the speed of its host, but other cores. */
const bootOfHost = (): string | null => {
  const { machineId, bootId } = identifyHost();
  return bootId === null ? null : `${machineId ?? ''}/${bootId}`;
};

/** Version of the file's form and of the measurement; after a change, every host measures again. */
const VERSION = 1;

const keptSchema = z.object({
  version: z.literal(VERSION),
  boot: z.string(),
  microsPerPacket: z.number().min(PLAUSIBLE.min).max(PLAUSIBLE.max),
  measuredAtMs: z.number(),
});

const readKept = (
  file: string,
  boot: string | null,
): { microsPerPacket: number; measuredAtMs: number } | null => {
  try {
    const kept = keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const { microsPerPacket, measuredAtMs } = kept;
    return kept.boot === boot ? { microsPerPacket, measuredAtMs } : null;
  } catch {
    return null;
  }
};

const keep = (file: string, measured: Omit<z.infer<typeof keptSchema>, 'version'>): void => {
  if (file === '') return;
  try {
    mkdirSync(join(file, '..'), { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, `${JSON.stringify({ version: VERSION, ...measured })}\n`);
    renameSync(unfinished, file);
  } catch {
    // A cache that cannot be written costs a quarter of a second in the next run.
  }
};
