/**
 * The guard: a process between the CLI and a server, so that no server outlives the CLI, whichever
 * of them is killed and how.
 *
 *     CLI ──IPC──▶ guard ──▶ server
 *
 * Guard and server are a session of their own: a terminal's Ctrl-C reaches neither.
 *
 * - CLI dies (SIGKILL too): the channel closes, the guard kills the server.
 * - Guard dies: on Linux the kernel kills the server (PR_SET_PDEATHSIG); elsewhere the CLI does,
 *   which sees the channel close.
 * - Server dies: the guard reports how, and ends.
 * - CLI and guard die together: as when the guard dies.
 *
 * The guard also sets and removes limits of the server's CPU and memory; the next guard removes
 * those of a killed one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { messageOf } from '@livekit-swarm/settings/errors';

import { endCause } from './end-cause.ts';
import { exitWithParent } from './exit-with-parent.ts';
import { type OomKills, oomKillsOf } from './oom-kills.ts';
import type { FromGuard, GuardedCommand, ToGuard } from './protocol.ts';
import { type LimitedGroup, limitResources } from './resource-limits.ts';

let server: ChildProcess | undefined;
let limited: LimitedGroup | undefined;
let oomKills: OomKills = () => 0;
/** Set once the guard is about to end: it then kills the server. */
let ending = false;

const end = (): void => {
  limited?.remove();
  if (process.connected) process.disconnect();
  process.exit(0);
};

const report = (message: FromGuard, then: () => void = () => {}): void => {
  if (process.connected) process.send?.(message, then);
  else then();
};

const run = ({ command, args, env, logFile, cwd, user, limits }: GuardedCommand): void => {
  limited = limits === undefined ? undefined : limitResources(limits);
  const log = openSync(logFile, 'a');
  const stdio = ['ignore', log, log] as const;
  const ownUser = user === undefined ? {} : { uid: user, gid: user };
  const [program, ...rest] = exitWithParent(
    [command, ...args],
    process.pid,
    // Otherwise a set-user-ID program could make it root again.
    user === undefined ? [] : ['--no-new-privs'],
  );
  server = spawn(program, rest, { env, stdio: [...stdio], cwd, ...ownUser });
  closeSync(log);
  const { pid } = server;
  if (pid !== undefined) {
    limited?.add(pid);
    oomKills = oomKillsOf(pid);
    report({ type: 'running', pid });
  }
  server.once('error', (error) => report({ type: 'refused', message: error.message }, end));
  server.once('exit', (code, signal) => {
    const cause = ending ? 'guard_died' : endCause(code, signal, oomKills() > 0);
    report({ type: 'ended', code, signal, cause }, end);
  });
};

const killAndEnd = (): void => {
  ending = true;
  // The exit handler ends the guard once the server is reaped.
  if (server?.kill('SIGKILL') !== true) end();
};

process.on('message', (message: ToGuard) => {
  if (message.type === 'signal') server?.kill(message.signal);
  else
    try {
      run(message.command);
    } catch (error) {
      report({ type: 'refused', message: messageOf(error) }, end);
    }
});
process.once('disconnect', killAndEnd);
process.on('SIGTERM', killAndEnd);
// The guard ends when the CLI does, not when a terminal is closed.
process.on('SIGHUP', () => {});
process.on('SIGINT', () => {});
