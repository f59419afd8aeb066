import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';
import pLimit from 'p-limit';
import {
  type HeldLock,
  type LockPurpose,
  lockHost,
  type StartProgram,
  startHere,
} from '../lock/host-lock.ts';
import type { InFlight } from '../platform.ts';
import type { Host } from '../process/local-host.ts';
import { quoteAll } from './quote.ts';

/** Connection to a host by SSH. */
export interface SshConnection extends Host, AsyncDisposable {
  /** Reason for which programs do not run there as root; null: they do. */
  lacksRoot(): Promise<string | null>;
  readonly inFlight: InFlight;
  /** @throws SwarmError `deployment_locked` */
  lock(purpose: LockPurpose): Promise<HeldLock>;
}

const TIMEOUT_MS = 30_000;
/** Exit code of ssh without a connection; a program's own 255 is reported as 254. */
const NO_CONNECTION = 255;
const NOT_FOUND = 127;
const TIMED_OUT = 124;
/**
 * Number of simultaneous programs: by default, sshd allows ten sessions per connection
 * (MaxSessions).
 */
const AT_ONCE = 8;

/**
 * Exit code of a command that arrived after its deadline; the message distinguishes it from a
 * program's own code.
 */
const LATE = 253;
const LATE_MESSAGE = 'swarm: the command arrived after its deadline';
/** Resolution of the remote clock, ms. */
const CLOCK_STEP_MS = 1_000;

/**
 * Script that runs a command until the deadline $0, in seconds of the remote host's uptime: after
 * it, the command is not started or is killed, because nothing awaits it any more. It has the PATH
 * of administrators, and messages in English.
 */
const REMOTE = `PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C; export PATH LC_ALL
now=$(cut -d . -f 1 /proc/uptime) || exit 1
[ "$now" -lt "$0" ] || { echo "${LATE_MESSAGE}" >&2; exit ${LATE}; }
timeout -s KILL "$(($0 - now))" "$@"
code=$?
[ $code = ${NO_CONNECTION} ] && code=254
exit $code`;

/**
 * Opens a connection with OpenSSH and the user's configuration, known hosts, agent and jump hosts.
 * It asks for no password, and rejects unknown host keys. All programs share one connection, which
 * closes at most a minute after the last of them. Nothing is connected yet.
 * @throws SwarmError from the methods: `ssh_unavailable`, `unreachable`
 */
export const connectSsh = async (host: string, config: string | null): Promise<SshConnection> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-ssh-'));
  const settings = {
    BatchMode: 'yes',
    // The user's configuration may accept any key, but a fault must not reach an unknown host.
    StrictHostKeyChecking: 'yes',
    ConnectTimeout: '10',
    ServerAliveInterval: '5',
    ServerAliveCountMax: '3',
    ControlMaster: 'auto',
    // The path is short: on some systems, that of a socket is limited to 104 bytes.
    ControlPath: join(dir, 's'),
    ControlPersist: '60',
  };
  const options = [
    ...(config === null ? [] : ['-F', config]),
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
  const limit = pLimit(AT_ONCE);
  let opened = false;

  /** End of the last abandoned command, by performance.now(), ms. */
  let actsUntil = 0;

  const ask = async (
    command: readonly string[],
    input: string,
    timeoutMs: number,
  ): Promise<Awaited<ReturnType<Host['run']>>> => {
    const sentAt = performance.now();
    const givenUp = (): void => {
      actsUntil = Math.max(actsUntil, sentAt + timeoutMs + CLOCK_STEP_MS);
    };
    const result = await execa('ssh', [...options, '-T', '--', host, quoteAll(command)], {
      // A terminal's Ctrl-C must not interrupt an injection or a rollback.
      detached: true,
      input,
      timeout: timeoutMs,
      forceKillAfterDelay: 1_000,
      reject: false,
      stripFinalNewline: false,
      env: { LC_ALL: 'C' },
    });
    if (result.timedOut) {
      givenUp();
      return {
        stdout: result.stdout,
        stderr: `no answer within ${timeoutMs / 1_000} s`,
        code: TIMED_OUT,
      };
    }
    if (result.exitCode === undefined) {
      throw new SwarmError(
        'ssh_unavailable',
        `ssh cannot be run on this host: ${result.shortMessage}`,
        'install the client of OpenSSH',
      );
    }
    if (result.exitCode === NO_CONNECTION) {
      // Without a first connection, nothing was sent.
      if (opened) givenUp();
      throw unreachable(host, result.stderr);
    }
    opened = true;
    return { stdout: result.stdout, stderr: result.stderr, code: result.exitCode };
  };
  /** Remote uptime minus performance.now(), lower bound, s. */
  let offset: Promise<number> | null = null;
  /** Reads the remote clock, which also opens the connection that the other programs share. */
  const readClock = (): Promise<number> => {
    offset ??= ask(['cut', '-d', '.', '-f', '1', '/proc/uptime'], '', TIMEOUT_MS)
      .then(({ stdout, stderr }) => {
        const uptime = Number(stdout);
        if (stdout.trim() !== '' && Number.isFinite(uptime))
          return uptime - performance.now() / 1_000;
        throw new SwarmError(
          'unreachable',
          `the clock of ${host} cannot be read: ${stderr.trim() || `"${stdout.trim()}" is not an uptime`}`,
          'faults over SSH need Linux there',
        );
      })
      .catch((error: unknown) => {
        offset = null;
        throw error;
      });
    return offset;
  };
  /** @param before commands that start the shell with other permissions */
  const run = async (
    argv: readonly string[],
    input = '',
    timeoutMs = TIMEOUT_MS,
    before: readonly string[] = [],
  ) => {
    for (const isLast of [false, true]) {
      const ahead = await readClock();
      const result = await limit(() => {
        const deadline = String(Math.floor(ahead + (performance.now() + timeoutMs) / 1_000));
        return ask([...before, 'sh', '-c', REMOTE, deadline, ...argv], input, timeoutMs);
      });
      const isLate = result.code === LATE && result.stderr.includes(LATE_MESSAGE);
      if (!isLate || isLast) return isLate ? { ...result, code: TIMED_OUT } : result;
      // This host was suspended, or the other one was restarted: the offset is no longer valid.
      offset = null;
    }
    throw new Error('unreachable');
  };

  /** Words that run a command as root; empty for root. */
  let prefix: Promise<{ words: readonly string[]; why: string | null }> | null = null;
  const findPrefix = async (): Promise<{ words: readonly string[]; why: string | null }> => {
    const { stdout } = await run(['id', '-u']);
    if (stdout.trim() === '0') return { words: [], why: null };
    const words = ['sudo', '-n', '--'];
    const { code } = await run(['true'], '', TIMEOUT_MS, words);
    if (code === 0) return { words, why: null };
    const how = code === NOT_FOUND ? 'sudo was not found' : 'sudo asks for a password';
    return {
      words: [],
      why: `faults on ${host} need root, and ${how}: log in as root, or allow sudo without a password`,
    };
  };
  const privileges = async (): Promise<{ words: readonly string[]; why: string | null }> => {
    prefix ??= findPrefix().catch((error: unknown) => {
      prefix = null;
      throw error;
    });
    return prefix;
  };
  const runAsRoot: Host['run'] = async (argv, input, timeoutMs) =>
    run(argv, input, timeoutMs, (await privileges()).words);

  return {
    run: runAsRoot,
    read: async (path) => {
      const { stdout, code } = await runAsRoot(['cat', '--', path]);
      return code === 0 ? stdout : null;
    },
    lacksRoot: async () => (await privileges()).why,
    lock: async (purpose) => {
      const { words } = await privileges();
      const start: StartProgram = (argv) =>
        startHere(['ssh', ...options, '-T', '--', host, quoteAll([...words, ...argv])]);
      return lockHost(start, purpose, host);
    },
    inFlight: {
      maxMs: TIMEOUT_MS + CLOCK_STEP_MS,
      leftMs: () => Math.max(0, actsUntil - performance.now()),
    },
    [Symbol.asyncDispose]: async () => {
      if (opened)
        await execa('ssh', [...options, '-O', 'exit', '--', host], {
          detached: true,
          reject: false,
          stdio: 'ignore',
          timeout: 5_000,
        });
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Error with the last message of ssh, and a hint. */
const unreachable = (host: string, stderr: string): SwarmError => {
  const lines = stderr.trim().split('\n');
  const message = lines.at(-1)?.trim() || 'the connection was lost';
  const hint = /Host key verification failed|host key .* has changed/i.test(stderr)
    ? `the host key of ${host} is not known: connect with "ssh ${host}", compare the key, and accept it there`
    : /Permission denied/i.test(stderr)
      ? 'use a key or an agent: passwords are not supported'
      : `see "ssh ${host}"`;
  return new SwarmError('unreachable', `${host} cannot be reached by SSH: ${message}`, hint);
};
