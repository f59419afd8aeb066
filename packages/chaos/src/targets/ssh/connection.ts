import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';
import pLimit from 'p-limit';
import type { Host } from '../process/local-host.ts';
import { quoteAll } from './quote.ts';

/** A machine over ssh. */
export interface SshConnection extends Host, AsyncDisposable {
  /** Null when programs run there as root; else why not. Asked once. */
  lacksRoot(): Promise<string | null>;
}

const TIMEOUT_MS = 30_000;
/** Of ssh itself: no connection. Programs that end with it are told from that. */
const NO_CONNECTION = 255;
const NOT_FOUND = 127;
const TIMED_OUT = 124;
/** sshd lets so many programs run at once over one connection by default (MaxSessions 10). */
const AT_ONCE = 8;

/** Administrators' tools are not on everybody's PATH, and what they say must be in one language. */
const REMOTE = `PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C; export PATH LC_ALL; "$0" "$@"; code=$?; [ $code = ${NO_CONNECTION} ] && code=254; exit $code`;

/**
 * Everything about the connection is OpenSSH's own: the user's configuration, known hosts, agent, jump hosts. A password is never asked for, and a host
 * whose key is not known is refused. All programs share one connection, which ends a minute after the last at the latest.
 *
 * Nothing is connected yet.
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
        `ssh does not run on this machine: ${result.shortMessage}`,
        'install OpenSSH’s client',
      );
    }
    if (result.exitCode === NO_CONNECTION) throw unreachable(host, result.stderr);
    opened = true;
    return { stdout: result.stdout, stderr: result.stderr, code: result.exitCode };
  };
  /** The first one makes the connection that the others then use. */
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

  /** Empty for root; what else a command begins with. */
  let prefix: Promise<{ words: readonly string[]; why: string | null }> | null = null;
  const findPrefix = async (): Promise<{ words: readonly string[]; why: string | null }> => {
    const { stdout } = await run(['id', '-u']);
    if (stdout.trim() === '0') return { words: [], why: null };
    const words = ['sudo', '-n', '--'];
    const { code } = await run([...words, 'true']);
    if (code === 0) return { words: [...words, 'sh', '-c', REMOTE], why: null };
    const how = code === NOT_FOUND ? 'there is no sudo' : 'sudo asks for a password';
    return {
      words: [],
      why: `on ${host} this needs root, and ${how}: log in as root, or let sudo do it without a password`,
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

/** ssh's last words, and what they mean. */
const unreachable = (host: string, stderr: string): SwarmError => {
  const lines = stderr.trim().split('\n');
  const said = lines.at(-1)?.trim() || 'the connection was lost';
  const hint = /Host key verification failed|host key .* has changed/i.test(stderr)
    ? `who answers there is not known to be ${host}: look with "ssh ${host}", compare the key, and accept it there`
    : /Permission denied/i.test(stderr)
      ? 'a key or an agent must open it: no password is asked for'
      : `see "ssh ${host}"`;
  return new SwarmError('unreachable', `${host} is not reached over ssh: ${said}`, hint);
};
