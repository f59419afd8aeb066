import { readFile } from 'node:fs/promises';
import type { CommandResult } from '../platform.ts';
import { runHere } from './run-here.ts';

/** Runs programs and reads files as root: this host, or one that is reached by SSH. */
export interface Host {
  /** Never throws for an exit code; 127: program not found. A program that exceeds the time is killed. */
  run(argv: readonly string[], input?: string, timeoutMs?: number): Promise<CommandResult>;
  /** Null: cannot be read. */
  read(path: string): Promise<string | null>;
}

export const localHost: Host = {
  run: runHere,
  read: (path) => readFile(path, 'utf8').catch(() => null),
};
