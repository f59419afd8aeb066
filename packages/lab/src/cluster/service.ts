import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEnd } from '@livekit-swarm/host';
import { type GuardedProcess, spawnGuarded, unusedUser } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { waitUntilReady } from './ready.ts';
import { linkProgram, writeServiceFiles } from './service-files.ts';
import type { ServiceSpec } from './service-spec.ts';

/** Program of a lab, running or not. It ends with this process at the latest. */
export interface Service {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  /** Process id; null while the program does not run. */
  readonly pid: number | null;
  /**
   * Starts the program and waits until it is ready. Does nothing if it runs.
   * @throws SwarmError `not_started`, `service_ended`, `not_ready`
   */
  start(): Promise<void>;
  /** Sends a signal; does nothing if the program does not run. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the present process has ended; to null at once if there is none. */
  ended(): Promise<ProcessEnd | null>;
  /** Ends the program within seconds; never throws. */
  stop(): Promise<void>;
  /** Describes the program of the next start, at the same ports and with the same files. */
  describe(spec: ServiceSpec): void;
}

interface Running {
  process: GuardedProcess;
  end: ProcessEnd | null;
  /** True if the process was stopped by this service. */
  asked: boolean;
}

/**
 * Makes a service that does not run yet.
 * @param onEnd called each time its process ends, requested or not
 */
export const createService = (
  first: ServiceSpec,
  onEnd: (end: ProcessEnd, asked: boolean) => void = () => {},
): Service => {
  let spec = first;
  const user = spec.ownUser === undefined ? null : unusedUser();
  let current: Running | null = null;
  let spawning: Promise<Running> | null = null;
  let starting: Promise<void> | null = null;

  const spawn = async (): Promise<Running> => {
    await writeServiceFiles(spec, user);
    const { args, env, logFile, ownUser } = spec;
    const command =
      user !== null && ownUser?.linked === true
        ? await linkProgram(spec.command, ownUser.folder)
        : spec.command;
    const running: Running = {
      process: await spawnGuarded({
        ...{ command, args, env, logFile },
        ...(ownUser === undefined ? {} : { cwd: ownUser.folder }),
        ...(user === null ? {} : { user }),
      }),
      end: null,
      asked: false,
    };
    current = running;
    void running.process.exited.then((end) => {
      running.end = end;
      if (current === running) current = null;
      onEnd(end, running.asked);
    });
    return running;
  };

  const start = async (): Promise<void> => {
    if (current !== null) return;
    spawning = spawn();
    const running = await spawning.finally(() => {
      spawning = null;
    });
    const gone = new AbortController();
    void running.process.exited.then(() => gone.abort());
    if (await waitUntilReady(spec.ready, spec.readyWithinMs, gone.signal)) return;
    const { end: ended } = running;
    await stop();
    const { logFile } = spec;
    const hint = `read ${logFile}`;
    if (ended === null)
      throw new SwarmError(
        'not_ready',
        `${spec.name} was not ready within ${spec.readyWithinMs / 1_000} s`,
        hint,
      );
    throw new SwarmError(
      'service_ended',
      `${spec.name} ended at once (${ended.signal ?? `exit ${ended.code}`})${await endOfLog(logFile)}`,
      hint,
    );
  };

  const stop = async (): Promise<void> => {
    await spawning?.catch(() => {});
    const running = current;
    if (running === null) return;
    running.asked = true;
    for (const [signal, patienceMs] of spec.stopSteps) {
      running.process.signal(signal);
      const timer = new AbortController();
      await Promise.race([
        running.process.exited,
        sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
      if (running.end !== null) return;
    }
  };

  return {
    name: spec.name,
    url: spec.url,
    logFile: spec.logFile,
    get pid() {
      return current?.process.pid ?? null;
    },
    // A drill's rollback and the expiry on the target may start it at the same time.
    start: () => {
      starting ??= start().finally(() => {
        starting = null;
      });
      return starting;
    },
    signal: (signal) => current?.process.signal(signal),
    ended: () => current?.process.exited ?? Promise.resolve(null),
    stop,
    describe: (next) => {
      spec = next;
    },
  };
};

/** Last lines of a log, for a message. */
export const endOfLog = async (logFile: string): Promise<string> => {
  const text = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd();
  return text === ''
    ? ', without output'
    : `: ${text.split('\n').slice(-3).join(' / ').slice(-800)}`;
};
