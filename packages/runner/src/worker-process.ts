import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BROWSER_ENGINES, browserProfile } from '@livekit-swarm/engine/chromium';
import { siblingModule } from '@livekit-swarm/host';
import { usedNameServer } from '@livekit-swarm/livekit';
import { workerEnvironment } from './worker-environment.ts';
import type { WorkerCommand, WorkerMessage } from './worker-protocol.ts';

/** Unexpected end of a worker. */
export interface WorkerDeath {
  /** Signal or exit code: `SIGKILL`, `exit 1`, … */
  reason: string;
  message: string;
  /** True if a signal ended the worker, and not an error of its own. */
  killed: boolean;
}

/** Worker process, as the coordinator uses it. */
export interface WorkerProcess {
  readonly shard: number;
  readonly pid: number;
  send(command: WorkerCommand): void;
  /**
   * Resolves with null when the engine is loaded, or with the death of a process that ended before.
   */
  readonly ready: Promise<WorkerDeath | null>;
  /** Resolves when the process has ended; with null if it had finished its work. */
  readonly ended: Promise<WorkerDeath | null>;
  /** Kills the process at once. */
  kill(): void;
}

export interface WorkerOptions {
  shard: number;
  engineModule: string;
  /** Folder of the worker's log, `process-N.log`, which is removed if it is empty. */
  logDir: string;
  /** Browser program: see `EngineOptions`. */
  browser?: string | undefined;
  /**
   * Time without a command after which the worker ends its participants, ms, because its parent may
   * be stopped. Default: no limit.
   */
  leaseMs?: number;
  /** Network namespace of the process, as a path. Absent: that of this process. */
  network?: string | undefined;
  onMessage(message: WorkerMessage): void;
}

/**
 * Starts a worker process. It ends when this process does, however this one ends: see `worker.ts`.
 */
export const startWorker = ({
  shard,
  engineModule,
  logDir,
  browser,
  leaseMs,
  network,
  onMessage,
}: WorkerOptions): WorkerProcess => {
  const logFile = join(logDir, `process-${shard}.log`);
  const log = openSync(logFile, 'a');
  const child = fork(siblingModule(import.meta.url, './worker'), {
    // A terminal's Ctrl-C is for the coordinator, which ends its workers in order.
    detached: true,
    // As the coordinator, which sets it for itself (packages/cli/launch).
    ...programIn(network, ['--max-semi-space-size=1']),
    serialization: 'advanced',
    env: workerEnvironment(process.env),
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  let finished = false;
  let failure: string | null = null;
  const ready = Promise.withResolvers<WorkerDeath | null>();
  child.on('message', (raw) => {
    const message = raw as WorkerMessage;
    if (message.type === 'ready') ready.resolve(null);
    if (message.type === 'finished') finished = true;
    if (message.type === 'failed') failure = message.message;
    onMessage(message);
  });
  const ended = endOf(child).then(({ reason, signalled }): WorkerDeath | null => {
    const said = lastWords(logFile);
    // A worker that was killed has left the profile of its browser. The browser ends with the
    // worker, and may write to the profile until then.
    for (const engine of BROWSER_ENGINES) rmSync(browserProfile(logDir, shard, engine), REMOVE);
    if (finished) return null;
    const message = failure ?? (said === '' ? `process ${shard} ended with ${reason}` : said);
    const death = { reason, message, killed: signalled && failure === null };
    ready.resolve(death);
    return death;
  });
  const nameServer = usedNameServer();
  const prepare: WorkerCommand = {
    type: 'prepare',
    shard,
    engineModule,
    dir: logDir,
    ...(browser !== undefined && { browser }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(nameServer !== null && { nameServer }),
  };
  child.send(prepare, () => {});
  return {
    shard,
    pid: child.pid ?? -1,
    // `ended` reports a worker that died between two messages.
    send: (command) => void (child.connected && child.send(command, () => {})),
    ready: ready.promise,
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
};

/** `nsenter` enters the namespace, and becomes Node: process id and channel are those of the worker. */
const programIn = (
  network: string | undefined,
  options: string[],
): { execPath?: string; execArgv: string[] } =>
  network === undefined
    ? { execArgv: options }
    : { execPath: 'nsenter', execArgv: [`--net=${network}`, '--', process.execPath, ...options] };

const REMOVE = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const;

const endOf = (child: ChildProcess): Promise<{ reason: string; signalled: boolean }> =>
  new Promise((resolve) => {
    // `close` follows after the channel is drained, so no line is lost.
    child.once('close', (code, signal) =>
      resolve({ reason: signal ?? `exit ${code}`, signalled: signal !== null }),
    );
    child.once('error', (error) => resolve({ reason: error.message, signalled: false }));
  });

/** Last lines of a log, as part of a message; an empty log is removed. */
const lastWords = (file: string): string => {
  try {
    if (statSync(file).size === 0) rmSync(file);
    else return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-3).join(' / ').slice(-500);
  } catch {
    // The folder of the record was removed, so there is no log.
  }
  return '';
};
