/** The command for the guard. Sent over IPC, so that no process list shows it. */
export interface GuardedCommand {
  command: string;
  args: string[];
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>;
  /** Output is appended here. */
  logFile: string;
  /** CPU quota of the process and its children, in cores (see `limitCpu`). Absent: none. */
  cpuCores?: number;
}

export type ToGuard =
  | { type: 'run'; command: GuardedCommand }
  | { type: 'signal'; signal: NodeJS.Signals };

/** How a process ended: one of the two is null. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export type FromGuard =
  | { type: 'running'; pid: number }
  | { type: 'refused'; message: string }
  | ({ type: 'ended' } & ProcessEnd);
