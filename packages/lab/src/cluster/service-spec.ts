import type { Readiness } from './ready.ts';

/** Description of a lab's program: how to start it, when it is ready, how to stop it. */
export interface ServiceSpec {
  /** Name of the service and its files, unique in its lab: `redis`, `node-1`. */
  name: string;
  command: string;
  args: string[];
  /** Complete environment of the program. */
  env: Record<string, string>;
  /** Contents of files by path, written before each start and readable only by the owner. */
  files: Record<string, string>;
  logFile: string;
  /**
   * Folders of a program that needs no root privilege. If this process is root, the program runs as
   * a separate user (see `unusedUser`): it works in `folder`, which that user can read, and writes
   * to `dataFolder` in it. The program's arguments name both relative to `folder`, because the
   * parent folders may be closed to the user. `linked`: the program was built here, in a folder
   * that may be closed as well, and is therefore linked into `folder`. `programs`: programs by the
   * name that they have in `folder`, for a command that starts them itself.
   */
  ownUser?: {
    folder: string;
    dataFolder?: string;
    linked?: boolean;
    programs?: Readonly<Record<string, string>>;
  };
  /** Network namespace of the program, as a path. Absent: that of this process. */
  network?: string;
  ready: Readiness;
  readyWithinMs: number;
  /**
   * Steps of stopping, tried in order until the program ends: a signal, and the time before the
   * next step, ms.
   */
  stopSteps: readonly (readonly [NodeJS.Signals, number])[];
  /**
   * Further arguments with which a new process takes over from the one with this id, so that no
   * connection closes. Absent: the program cannot be reloaded.
   */
  takeOver?: (pid: number) => string[];
  /** URL for display: `http://127.0.0.1:7880`. */
  url: string;
}

/** Steps of stopping: SIGTERM, then SIGKILL. */
export const GRACEFUL_STOP = [
  ['SIGTERM', 5_000],
  ['SIGKILL', 5_000],
] as const satisfies ServiceSpec['stopSteps'];
