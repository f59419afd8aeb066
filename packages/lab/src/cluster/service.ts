import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEnd } from '@livekit-swarm/host';
import { type GuardedProcess, spawnGuarded } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { type Readiness, waitUntilReady } from './ready.ts';

/** A program of a lab: how to start it, when it is ready, how to stop it. */
export interface ServiceSpec {
  /** Unique in its lab, also of its files: `redis`, `node-1`. */
  name: string;
  command: string;
  args: string[];
  /** The whole environment. */
  env: Record<string, string>;
  /** Path → content; written before each start, readable by the owner alone. */
  files: Record<string, string>;
  logFile: string;
  ready: Readiness;
  readyWithinMs: number;
  /** Tried in order until it has ended: a signal, and the time before the next, ms. */
  stopSteps: readonly (readonly [NodeJS.Signals, number])[];
  /** For display: `http://127.0.0.1:7880`. */
  url: string;
}

/** A program of a lab, running or not. It ends with this process at the latest. */
export interface Service {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  /** Null while it does not run. */
  readonly pid: number | null;
  /** Starts it and waits until it is ready. Does nothing when it runs. @throws SwarmError `not_started`, `service_ended`, `not_ready` */
  start(): Promise<void>;
  /** Sends a signal; does nothing when it does not run. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process that runs now has ended; at once when none does. */
  ended(): Promise<ProcessEnd | null>;
  /** Ends it within seconds; never throws. */
  stop(): Promise<void>;
}

/** SIGTERM, then SIGKILL. */
export const GRACEFUL_STOP = [
  ['SIGTERM', 5_000],
  ['SIGKILL', 5_000],
] as const satisfies ServiceSpec['stopSteps'];

/** @param onEnd called each time its process ends, requested or not */
export const createService = (
  spec: ServiceSpec,
  onEnd: (end: ProcessEnd, asked: boolean) => void = () => {},
): Service => {
  let current: { process: GuardedProcess; end: ProcessEnd | null; asked: boolean } | null = null;

  const start = async (): Promise<void> => {
    if (current !== null) return;
    for (const [path, content] of Object.entries(spec.files)) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content, { mode: 0o600 });
    }
    await mkdir(dirname(spec.logFile), { recursive: true });
    await writeFile(spec.logFile, '', { mode: 0o600, flag: 'a' });
    const { command, args, env, logFile } = spec;
    const running = {
      process: await spawnGuarded({ command, args, env, logFile }),
      end: null as ProcessEnd | null,
      asked: false,
    };
    current = running;
    const gone = new AbortController();
    void running.process.exited.then((end) => {
      running.end = end;
      if (current === running) current = null;
      gone.abort();
      onEnd(end, running.asked);
    });
    if (await waitUntilReady(spec.ready, spec.readyWithinMs, gone.signal)) return;
    const ended = running.end as ProcessEnd | null;
    await stop();
    const hint = `read ${logFile}`;
    if (ended === null)
      throw new SwarmError(
        'not_ready',
        `${spec.name} was not ready within ${spec.readyWithinMs / 1_000} s`,
        hint,
      );
    throw new SwarmError(
      'service_ended',
      `${spec.name} ended at once (${ended.signal ?? `exit ${ended.code}`})${await lastWords(logFile)}`,
      hint,
    );
  };

  const stop = async (): Promise<void> => {
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
    start,
    signal: (signal) => current?.process.signal(signal),
    ended: () => current?.process.exited ?? Promise.resolve(null),
    stop,
  };
};

const lastWords = async (logFile: string): Promise<string> => {
  const text = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd();
  return text === ''
    ? ', without output'
    : `: ${text.split('\n').slice(-3).join(' / ').slice(-800)}`;
};
