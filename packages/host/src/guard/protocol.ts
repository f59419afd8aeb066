/** The command for the guard. Sent over IPC, so that no process list shows it. */
export interface GuardedCommand {
  command: string;
  args: string[];
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>;
  /** Output is appended here. */
  logFile: string;
  /** Working directory; it need not be open to `user`. Absent: that of this process. */
  cwd?: string;
  /** Id of the user and group it runs as, never to become root again (see `unusedUser`). Absent: as this process. */
  user?: number;
  /** CPU quota of the process and its children, in cores (see `limitCpu`). Absent: none. */
  cpuCores?: number;
}

export type ToGuard =
  | { type: 'run'; command: GuardedCommand }
  | { type: 'signal'; signal: NodeJS.Signals };

/** How a process ended: one of `code` and `signal` is null. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  cause: EndCause;
}

/**
 * Whose doing the end of a process was. Its own: `crashed` (an error code, or the signal of a defect) and
 * `out_of_memory` (the kernel's OOM killer). Not its own: `exited` (code 0: it was asked to), `killed` (a
 * signal from outside) and `guard_died`.
 */
export type EndCause = 'crashed' | 'out_of_memory' | 'exited' | 'killed' | 'guard_died';

export type FromGuard =
  | { type: 'running'; pid: number }
  | { type: 'refused'; message: string }
  | ({ type: 'ended' } & ProcessEnd);
