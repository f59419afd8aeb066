import type { ResourceLimits } from './resource-limits.ts';

/** Command for the guard to run. It is sent over IPC, so that it appears in no process list. */
export interface GuardedCommand {
  command: string;
  args: string[];
  /** Complete environment of the process: nothing is inherited. */
  env: Record<string, string>;
  /** File to which the output is appended. */
  logFile: string;
  /** Working directory, which `user` need not be able to open. Absent: that of this process. */
  cwd?: string;
  /**
   * Id of the user and group that the process runs as; it can never become root again (see
   * `unusedUser`). Absent: the user of this process.
   */
  user?: number;
  /** Limits of the process and its children (see `limitResources`). Absent: none. */
  limits?: ResourceLimits;
}

export type ToGuard =
  | { type: 'run'; command: GuardedCommand }
  | { type: 'signal'; signal: NodeJS.Signals };

/** End of a process: exactly one of `code` and `signal` is null. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  cause: EndCause;
}

/**
 * Cause of a process's end. Failures of the process: `crashed` (an error code, or the signal of a
 * defect) and `out_of_memory` (the kernel's OOM killer). Ended from outside: `exited` (code 0,
 * after a request), `killed` (a signal) and `guard_died`.
 */
export type EndCause = 'crashed' | 'out_of_memory' | 'exited' | 'killed' | 'guard_died';

export type FromGuard =
  | { type: 'running'; pid: number }
  | { type: 'refused'; message: string }
  | ({ type: 'ended' } & ProcessEnd);
