import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureHostSpeed } from '@livekit-swarm/engine/host-speed';
import { cacheDir, identifyHost } from '@livekit-swarm/host';
import { messageOf, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';

/**
 * Speed of this host for predictions: CPU time for one packet of bare UDP with encryption while a
 * load runs, µs.
 */
export type Calibration =
  | {
      /** `measured`: the last measurement was made now. */
      source: 'measured' | 'cached';
      /** Expected during a load, by the last measurements. */
      microsPerPacket: number;
      /** Time of the last measurement. */
      measuredAtMs: number;
      measurements: number;
    }
  /** The value of `--calibration` is used. */
  | { source: 'given'; microsPerPacket: number }
  /** The costs of docs/planning.md are used. */
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
    'leave it out: this host is measured at most every ten minutes',
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
 * Calibrates this host: measures for a quarter of a second, at most every ten minutes, and keeps
 * the results for a day, or until the next boot. Never throws, because a plan can do without it.
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
  const kept = readKept(means.file, boot, means.now());
  const last = kept.at(-1);
  const isRecent = last !== undefined && means.now() - last.measuredAtMs < RENEWED_AFTER_MS;
  if (choice.type === 'auto' && isRecent) return { source: 'cached', ...underLoad(kept) };
  try {
    const { microsPerPacket, bestMicros, worstMicros } = means.measure();
    if (!(microsPerPacket >= PLAUSIBLE.min && microsPerPacket <= PLAUSIBLE.max))
      throw new RangeError(`a packet took ${microsPerPacket} µs`);
    const others = choice.type === 'fresh' ? [] : kept;
    const all = [...others, { microsPerPacket, measuredAtMs: means.now() }].slice(-KEPT);
    if (boot !== null && worstMicros < DISTURBED * bestMicros)
      keep(means.file, { boot, measured: all });
    return { source: 'measured', ...underLoad(all) };
  } catch (error) {
    const message = messageOf(error);
    return { source: 'skipped', reason: 'failed', message };
  }
};

/**
 * Ratio of the CPU time of a packet during a load to that in a calibration before it, on cores that
 * were not busy: 1.2 to 1.5 in runs (docs/planning.md, "Calibrated planning").
 */
const SLOWER_UNDER_LOAD = 1.4;

/**
 * Expected speed during a load. A host that shares its cores changes its speed by a factor of two
 * within minutes, and a plan by one fast minute promised twice what the host carried. So the
 * slowest measurement counts, and at least the fastest with what a load adds to it.
 */
const underLoad = (
  all: readonly Measurement[],
): { microsPerPacket: number; measuredAtMs: number; measurements: number } => {
  const micros = all.map(({ microsPerPacket }) => microsPerPacket);
  return {
    microsPerPacket: Math.max(...micros, SLOWER_UNDER_LOAD * Math.min(...micros)),
    measuredAtMs: all.at(-1)?.measuredAtMs ?? 0,
    measurements: all.length,
  };
};

/** ID of the boot and of the machine: a container has the speed of its host, but other cores. */
const bootOfHost = (): string | null => {
  const { machineId, bootId } = identifyHost();
  return bootId === null ? null : `${machineId ?? ''}/${bootId}`;
};

/** Version of the file's form and of the measurement; after a change, every host measures again. */
const VERSION = 2;
/** Number of measurements that are kept. */
const KEPT = 8;
/** Age of the last measurement from which the host is measured again, ms. */
const RENEWED_AFTER_MS = 600_000;
/** Age from which a measurement no longer counts, ms. */
const FORGOTTEN_AFTER_MS = 86_400_000;

const measurementSchema = z.object({
  microsPerPacket: z.number().min(PLAUSIBLE.min).max(PLAUSIBLE.max),
  measuredAtMs: z.number(),
});
type Measurement = z.infer<typeof measurementSchema>;

const keptSchema = z.object({
  version: z.literal(VERSION),
  boot: z.string(),
  /** Measurements in the order of time. */
  measured: z.array(measurementSchema),
});

const readKept = (file: string, boot: string | null, now: number): Measurement[] => {
  try {
    const kept = keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    // One from the future was made before the clock was set back, and would never grow old.
    return kept.boot === boot
      ? kept.measured.filter(
          ({ measuredAtMs }) => measuredAtMs <= now && now - measuredAtMs < FORGOTTEN_AFTER_MS,
        )
      : [];
  } catch {
    return [];
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
