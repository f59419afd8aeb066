import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainCacheError, isSameProcess, siblingModule, withFileLock } from '@livekit-swarm/host';
import { errorCodeOf, SwarmError } from '@livekit-swarm/settings';
import { provisionLiveKit } from '../provision/provision.ts';
import { type LabState, labFolder, readState, removeLabState } from './lab-state.ts';
import type { FromSupervisor, LabSpec } from './supervisor-protocol.ts';

export interface StartLabOptions {
  onProgress(line: string): void;
  /** When aborted, everything that was started so far ends. */
  signal: AbortSignal;
}

/**
 * Environment of the supervisor. It runs for long, so it gets only these variables: others may be
 * secrets of other deployments.
 */
const supervisorEnv = ({ version }: LabSpec): NodeJS.ProcessEnv =>
  Object.fromEntries(
    [
      ...['PATH', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME'],
      ...(version === undefined ? ['SWARM_LIVEKIT_SERVER'] : []),
    ].map((name) => [name, process.env[name]]),
  );

const supervisorProgram = (): string =>
  fileURLToPath(siblingModule(import.meta.url, './supervisor'));

/**
 * Starts a lab that runs until `stopLab`, also after this process has ended.
 * @throws SwarmError `already_up`; `not_kept` if its folder cannot be written; errors of
 * `startCluster`. Nothing is left running then.
 */
export const startLab = async (order: LabSpec, options: StartLabOptions): Promise<LabState> => {
  const folder = labFolder(order.name);
  try {
    return await withFileLock(
      `${folder}.lock`,
      (lost) =>
        raise(order, folder, { ...options, signal: AbortSignal.any([options.signal, lost]) }),
      { signal: options.signal },
    );
  } catch (error) {
    throw explainCacheError(error);
  }
};

const raise = async (
  order: LabSpec,
  folder: string,
  { onProgress, signal }: StartLabOptions,
): Promise<LabState> => {
  const running = await readState(order.name);
  if (running !== null && isSameProcess(running.supervisor)) {
    throw new SwarmError(
      'already_up',
      `the lab "${order.name}" is up already, since ${running.startedAt}`,
      'end it with "swarm lab down", or give this one another --name',
    );
  }
  // This process has the user's proxy settings, with which Go downloads; the supervisor finds the
  // built program.
  await provisionLiveKit({
    ...(order.version !== undefined && {
      version: order.version,
      env: { ...process.env, SWARM_LIVEKIT_SERVER: '' },
    }),
    ...(order.serverPath !== undefined && { serverPath: order.serverPath }),
    onProgress,
    signal,
  });
  await removeLabState(order.name);
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o700 });
  if (signal.aborted) return abandon(order.name, signal);
  const log = openSync(join(folder, 'supervisor.log'), 'a', 0o600);
  const supervisor = spawn(process.execPath, [supervisorProgram()], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: supervisorEnv(order),
  });
  closeSync(log);
  const answer = Promise.withResolvers<void>();
  supervisor.on('message', (raw) => {
    const message = raw as FromSupervisor;
    if (message.type === 'progress') onProgress(message.line);
    else if (message.type === 'up') answer.resolve();
    else answer.reject(new SwarmError(errorCodeOf(message.code), message.message, message.hint));
  });
  supervisor.once('error', answer.reject);
  supervisor.once('exit', () =>
    answer.reject(
      new SwarmError(
        'lab_ended',
        `the lab "${order.name}" ended before it was up`,
        'start it again',
      ),
    ),
  );
  const interrupt = (): void => void supervisor.kill('SIGTERM');
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    supervisor.send(order);
    await answer.promise;
    // The lab may have been stopped at the same moment.
    signal.throwIfAborted();
    const state = await readState(order.name);
    if (state === null)
      throw new SwarmError(
        'lab_ended',
        `the lab "${order.name}" ended as soon as it was up`,
        'start it again',
      );
    return state;
  } catch (error) {
    // A supervisor that ended before it received the request has removed nothing.
    if (hasEnded(supervisor)) await removeLabState(order.name);
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    supervisor.removeAllListeners();
    supervisor.on('error', () => {});
    if (supervisor.connected) supervisor.disconnect();
    supervisor.unref();
  }
};

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** Ends a start before any process runs. */
const abandon = async (name: string, signal: AbortSignal): Promise<never> => {
  await removeLabState(name);
  throw signal.reason;
};
