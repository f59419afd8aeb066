import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEnd } from '@livekit-swarm/host';
import { type GuardedProcess, spawnGuarded, unusedUser } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { inNetwork } from './in-network.ts';
import { listens } from './listening.ts';
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
  /**
   * Replaces the process by one that reads the present files, without closing connections: the old
   * process serves those that it has, and ends with the last. After a failure it continues.
   * @throws SwarmError `reload_failed`
   */
  reload(): Promise<void>;
}

interface Running {
  process: GuardedProcess;
  end: ProcessEnd | null;
  /** True if the process was stopped by this service. */
  asked: boolean;
}

/** Time in which a process must have taken over, ms. */
const TAKE_OVER_WITHIN_MS = 10_000;
const POLL_MS = 50;

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
  let reloading: Promise<void> = Promise.resolve();
  /** Processes that another one has replaced, and that still serve their connections. */
  const replaced = new Set<Running>();

  const spawn = async (more: readonly string[] = []): Promise<Running> => {
    await writeServiceFiles(spec, user);
    const { env, logFile, ownUser } = spec;
    for (const [name, program] of Object.entries(ownUser?.programs ?? {}))
      await linkProgram(program, ownUser?.folder ?? '', name);
    const args = [...spec.args, ...more];
    const command =
      user !== null && ownUser?.linked === true
        ? await linkProgram(spec.command, ownUser.folder)
        : spec.command;
    const { network } = spec;
    const running: Running = {
      process: await spawnGuarded({
        ...(network === undefined
          ? { command, args, ...(user === null ? {} : { user }) }
          : inNetwork(network, user, [command, ...args])),
        ...{ env, logFile },
        ...(ownUser === undefined ? {} : { cwd: ownUser.folder }),
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
    await Promise.all([...replaced, current].map((running) => end(running)));
  };

  const end = async (running: Running | null): Promise<void> => {
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

  const reload = async (): Promise<void> => {
    const old = current;
    if (spec.takeOver === undefined || old === null)
      throw new SwarmError(
        'reload_failed',
        old === null ? `${spec.name} does not run` : `${spec.name} cannot be reloaded`,
        old === null ? 'start it first' : 'restart it',
      );
    // It may end as soon as another process listens, when it has no connections.
    old.asked = true;
    replaced.add(old);
    void old.process.exited.then(() => replaced.delete(old));
    try {
      await takeOver(old, spec.takeOver(old.process.pid));
    } catch (error) {
      old.asked = false;
      replaced.delete(old);
      current = old.end === null ? old : null;
      throw error;
    }
  };

  const takeOver = async (old: Running, more: readonly string[]): Promise<void> => {
    const next = await spawn(more);
    const fail = async (problem: string): Promise<never> => {
      throw new SwarmError(
        'reload_failed',
        `${spec.name} ${problem}${await endOfLog(spec.logFile)}`,
        `the old configuration stays in effect; read ${spec.logFile}`,
      );
    };
    const deadline = performance.now() + TAKE_OVER_WITHIN_MS;
    do {
      if (performance.now() > deadline) {
        next.asked = true;
        next.process.signal('SIGKILL');
        await fail(`has not taken over within ${TAKE_OVER_WITHIN_MS / 1_000} s`);
      }
      await sleep(POLL_MS);
      if (next.end !== null) await fail('rejected its new configuration');
    } while (await listens(old.process.pid));
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
    // One after the other: each process takes over from the one before.
    reload: () => {
      const next = reloading.catch(() => {}).then(reload);
      reloading = next;
      return next;
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
