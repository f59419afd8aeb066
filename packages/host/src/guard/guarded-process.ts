import { type ChildProcess, fork } from 'node:child_process';
import { SwarmError } from '@livekit-swarm/settings';
import { siblingModule } from '../sibling-module.ts';
import type { FromGuard, GuardedCommand, ProcessEnd, ToGuard } from './protocol.ts';

/** A process that cannot outlive this one (see `guard.ts`) and does not keep this one alive. */
export interface GuardedProcess {
  readonly pid: number;
  /** Process id of the guard. */
  readonly guardPid: number;
  /** Resolves when the process has ended, whether by `signal` or not; never rejects. */
  readonly exited: Promise<ProcessEnd>;
  /** Does nothing once the process has ended. */
  signal(signal: NodeJS.Signals): void;
}

/** The part of the environment that a guard needs; it contains no secrets. */
const guardEnv = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: process.env.HOME });

/**
 * Starts `command` under a guard.
 * @throws SwarmError `not_started` if the command cannot be run
 */
export const spawnGuarded = async (command: GuardedCommand): Promise<GuardedProcess> => {
  const guard = fork(siblingModule(import.meta.url, './guard'), {
    detached: true,
    execArgv: [],
    env: guardEnv(),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const send = (message: ToGuard): void => void (guard.connected && guard.send(message, () => {}));
  const exited = Promise.withResolvers<ProcessEnd>();
  send({ type: 'run', command });
  const pid = await firstWord(guard, exited.resolve, command.command);
  guard.unref();
  guard.channel?.unref();
  return {
    pid,
    guardPid: guard.pid ?? -1,
    exited: exited.promise,
    signal: (signal) => send({ type: 'signal', signal }),
  };
};

const firstWord = (
  guard: ChildProcess,
  onEnd: (end: ProcessEnd) => void,
  program: string,
): Promise<number> =>
  new Promise((resolve, reject) => {
    let pid: number | undefined;
    let ended = false;
    const refuse = (why: string): void =>
      reject(
        new SwarmError(
          'not_started',
          `${program} could not be started: ${why}`,
          'check that the file exists and is executable',
        ),
      );
    guard.on('message', (raw) => {
      const message = raw as FromGuard;
      if (message.type === 'running') {
        pid = message.pid;
        resolve(message.pid);
      } else if (message.type === 'refused') refuse(message.message);
      else {
        ended = true;
        onEnd({ code: message.code, signal: message.signal, cause: message.cause });
      }
    });
    guard.once('error', (error) => refuse(error.message));
    // This event follows the last message. A guard that disconnects without reporting the end was
    // itself killed: if the kernel did not kill the process with it, this handler does.
    guard.once('disconnect', () => {
      if (pid === undefined) return refuse('its guard ended');
      if (ended) return;
      killQuietly(pid);
      onEnd({ code: null, signal: 'SIGKILL', cause: 'guard_died' });
    });
  });

const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has already ended.
  }
};
