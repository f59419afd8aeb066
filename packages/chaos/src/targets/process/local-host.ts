import { readFile } from 'node:fs/promises';
import type { CommandResult } from '../target.ts';
import { runHere } from './run-here.ts';

/** Where programs run and files are, as root sees them: this machine, or one that is reached over ssh. */
export interface Host {
  /** Does not throw for what the program says; one that is not there ends with 127, one that does not end in time is ended. */
  run(argv: readonly string[], input?: string, timeoutMs?: number): Promise<CommandResult>;
  /** Null where it cannot be read. */
  read(path: string): Promise<string | null>;
}

export const localHost: Host = {
  run: runHere,
  read: (path) => readFile(path, 'utf8').catch(() => null),
};
