import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskReason, makeFolder, readingReason, replaceFile } from '@livekit-swarm/host';
import { SwarmError, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';

/** Kind of a session of several drills that --resume can continue. */
export interface Resumable<State extends { isComplete: boolean }> {
  /** Schema of its state, without the name of the schema. */
  state: z.ZodType<State>;
  /** Name of the schema. */
  schema: string;
  /** `night`, `search`. */
  noun: string;
  /** Content of its state file, for messages: `the order of a night`. */
  content: string;
  /** Folder of all sessions of this kind. */
  folder: string;
  /** File of the state, in the folder of a session. */
  file: string;
}

/** Default folder of a session that starts now. */
export const sessionFolder = ({ folder }: { folder: string }, at: Date): string =>
  join(folder, at.toISOString().slice(0, 19).replaceAll(':', '-'));

/** @throws SwarmError `record_not_written` */
export const writeState = async <State extends { isComplete: boolean }>(
  { schema, file: name }: Resumable<State>,
  folder: string,
  state: State,
): Promise<void> => {
  const file = join(folder, name);
  try {
    makeFolder(folder);
    await replaceFile(file, `${JSON.stringify({ schema, ...state }, null, 2)}\n`);
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
 * Finds the session to continue: in the given folder, or the last one that is not complete.
 * @throws SwarmError `usage` when there is none
 */
export const findUnfinished = <State extends { isComplete: boolean }>(
  kind: Resumable<State>,
  given: string | undefined,
): { folder: string; state: State } => {
  const { noun } = kind;
  for (const folder of given === undefined ? foldersOf(kind) : [given]) {
    const state = readState(kind, folder, given !== undefined);
    if (state !== null && !state.isComplete) return { folder, state };
  }
  throw usageError(
    given === undefined
      ? `--resume: no ${noun} in ${kind.folder} is unfinished`
      : `--resume: the ${noun} in ${given} is complete`,
    `leave --resume out to begin a new ${noun}`,
  );
};

/** Folders of sessions, the newest first. */
const foldersOf = ({ folder, file }: Pick<Resumable<never>, 'folder' | 'file'>): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .reverse()
        .map((name) => join(folder, name))
        .filter((session) => existsSync(join(session, file)))
    : [];

const readState = <State extends { isComplete: boolean }>(
  { state, schema, noun, content, file: name }: Resumable<State>,
  folder: string,
  isGiven: boolean,
): State | null => {
  const file = join(folder, name);
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    z.object({ schema: z.literal(schema) }).parse(value);
    return state.parse(value);
  } catch (error) {
    if (!isGiven) return null;
    throw usageError(
      `--resume: ${file}: ${error instanceof z.ZodError || error instanceof SyntaxError ? `cannot be read as ${content}` : readingReason(error)}`,
      `give the folder of the ${noun} with --record`,
    );
  }
};
