import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';
import pLimit from 'p-limit';
import type { Host } from '../process/local-host.ts';

/** A host that is reached by SSH. */
export interface SshConnection extends Host, AsyncDisposable {
  /** Null when programs run there as root; else why not. */
  lacksRoot(): Promise<string | null>;
}

const TIMEOUT_MS = 30_000;
/** Exit code of ssh without a connection; 254 stands for it where a program has it. */
const NO_CONNECTION = 255;
const NOT_FOUND = 127;
const TIMED_OUT = 124;
/** By default sshd allows ten sessions per connection (MaxSessions). */
const AT_ONCE = 8;

/** With the PATH of administrators, and messages in English. */
const REMOTE = `PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C; export PATH LC_ALL; "$0" "$@"; code=$?; [ $code = ${NO_CONNECTION} ] && code=254; exit $code`;

/**
 * OpenSSH makes the connection, with the user's configuration, known hosts, agent and jump hosts. It
 * asks for no password, and rejects unknown host keys. All programs share one connection, which
 * closes a minute after the last of them at the latest. Nothing is connected yet.
 * @throws SwarmError from what it returns: `ssh_unavailable`, `unreachable`
 */
export const connectSsh = async (host: string, config: string | null): Promise<SshConnection> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-ssh-'));
  const settings = {
    BatchMode: 'yes',
    ConnectTimeout: '10',
    ServerAliveInterval: '5',
    ServerAliveCountMax: '3',
    ControlMaster: 'auto',
    // Short: the path of a socket has 104 bytes on some systems.
    ControlPath: join(dir, 's'),
    ControlPersist: '60',
  };
  const options = [
    ...(config === null ? [] : ['-F', config]),
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
  const limit = pLimit(AT_ONCE);
  let opened = false;
  let first: Promise<unknown> | null = null;

  const ask = async (
    argv: readonly string[],
    input: string,
    timeoutMs: number,
  ): Promise<Awaited<ReturnType<Host['run']>>> => {
    const command = quoteAll(['sh', '-c', REMOTE, ...argv]);
    const result = await execa('ssh', [...options, '-T', '--', host, command], {
      input,
      timeout: timeoutMs,
      forceKillAfterDelay: 1_000,
      reject: false,
      stripFinalNewline: false,
      env: { LC_ALL: 'C' },
    });
    if (result.timedOut)
      return {
        stdout: result.stdout,
        stderr: `${argv[0]} did not end within ${timeoutMs / 1_000} s`,
        code: TIMED_OUT,
      };
    if (result.exitCode === undefined) {
      throw new SwarmError(
        'ssh_unavailable',
        `ssh cannot be run on this host: ${result.shortMessage}`,
        'install the client of OpenSSH',
      );
    }
    if (result.exitCode === NO_CONNECTION) throw unreachable(host, result.stderr);
    opened = true;
    return { stdout: result.stdout, stderr: result.stderr, code: result.exitCode };
  };
  /** The first program opens the connection that the others share. */
  const run = async (argv: readonly string[], input = '', timeoutMs = TIMEOUT_MS) => {
    if (first === null) {
      const asked = ask(argv, input, timeoutMs);
      first = asked.catch(() => {
        first = null;
      });
      return asked;
    }
    await first;
    return limit(() => ask(argv, input, timeoutMs));
  };

  /** The beginning of each command; empty for root. */
  let prefix: Promise<{ words: readonly string[]; why: string | null }> | null = null;
  const findPrefix = async (): Promise<{ words: readonly string[]; why: string | null }> => {
    const { stdout } = await run(['id', '-u']);
    if (stdout.trim() === '0') return { words: [], why: null };
    const words = ['sudo', '-n', '--'];
    const { code } = await run([...words, 'true']);
    if (code === 0) return { words: [...words, 'sh', '-c', REMOTE], why: null };
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
    run([...(await privileges()).words, ...argv], input, timeoutMs);

  return {
    run: runAsRoot,
    read: async (path) => {
      const { stdout, code } = await runAsRoot(['cat', '--', path]);
      return code === 0 ? stdout : null;
    },
    lacksRoot: async () => (await privileges()).why,
    [Symbol.asyncDispose]: async () => {
      if (opened)
        await execa('ssh', [...options, '-O', 'exit', '--', host], {
          reject: false,
          stdio: 'ignore',
          timeout: 5_000,
        });
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** The last message of ssh, and what to do. */
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

/** Quotes one word for a POSIX shell. */
export const quote = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;

/** ssh passes one text to the login shell of the remote host, not a list of arguments. */
export const quoteAll = (argv: readonly string[]): string => argv.map(quote).join(' ');
