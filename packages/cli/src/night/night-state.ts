import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskReason, makeFolder, replaceFile } from '@livekit-swarm/host';
import { codeOf, SwarmError, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';

const SCHEMA = 'livekit-swarm/night-state/1';

const nightState = z.object({
  schema: z.literal(SCHEMA),
  night: z.string(),
  seed: z.number(),
  deployment: z.string(),
  /** Server of --server; null: the one that labs have without it. */
  server: z.object({ text: z.string(), sha256: z.string() }).nullable(),
  /** Absolute path of the history in which its drills are. */
  history: z.string(),
  /** Drills in the order of execution. */
  drills: z.array(z.object({ name: z.string(), file: z.string(), sha256: z.string() })),
  /** True once every drill was executed, or cannot be. */
  isComplete: z.boolean(),
});

/** Order of a night, kept in its folder so that a killed night can be continued. */
export type NightState = Omit<z.infer<typeof nightState>, 'schema'>;

/** Folder of all nights. */
const NIGHTS = join('records', 'night');

/** File of the order, in the folder of a night. */
export const NIGHT_FILE = 'night.json';

export const DEFAULT_HISTORY = join(NIGHTS, 'history.ndjson');

/** Default folder of a night that starts now. */
export const nightFolder = (at: Date): string =>
  join(NIGHTS, at.toISOString().slice(0, 19).replaceAll(':', '-'));

/** @throws SwarmError `record_not_written` */
export const writeNightState = async (folder: string, state: NightState): Promise<void> => {
  const file = join(folder, NIGHT_FILE);
  try {
    makeFolder(folder);
    await replaceFile(file, `${JSON.stringify({ schema: SCHEMA, ...state }, null, 2)}\n`);
  } catch (error) {
    throw new SwarmError(
      'record_not_written',
      `${file}: cannot be written: ${diskReason(error)}`,
      'free disk space, or choose another folder with --record',
      { cause: error },
    );
  }
};

/**
 * Finds the night to continue: in the given folder, or the last one that is not complete.
 * @throws SwarmError `usage` when there is none
 */
export const findUnfinishedNight = (
  given: string | undefined,
): { folder: string; state: NightState } => {
  const folders = given === undefined ? foldersOfNights() : [given];
  for (const folder of folders) {
    const state = readState(folder, given !== undefined);
    if (state !== null && !state.isComplete) return { folder, state };
  }
  throw usageError(
    given === undefined
      ? `--resume: no night in ${NIGHTS} is unfinished`
      : `--resume: the night in ${given} is complete`,
    'leave --resume out to begin a new night',
  );
};

/** Folders of nights, the newest first. */
const foldersOfNights = (): string[] =>
  existsSync(NIGHTS)
    ? readdirSync(NIGHTS)
        .sort()
        .reverse()
        .map((name) => join(NIGHTS, name))
        .filter((folder) => existsSync(join(folder, NIGHT_FILE)))
    : [];

const readState = (folder: string, isGiven: boolean): NightState | null => {
  const file = join(folder, NIGHT_FILE);
  try {
    return nightState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (!isGiven) return null;
    throw usageError(
      `--resume: ${file}: ${error instanceof z.ZodError || error instanceof SyntaxError ? 'cannot be read as the order of a night' : readingReason(error)}`,
      'give the folder of the night with --record',
    );
  }
};

/** Reason for which a file cannot be read, for messages. */
export const readingReason = (error: unknown): string =>
  codeOf(error) === 'ENOENT' ? 'there is no such file' : diskReason(error);
