import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitWithParent } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import type { SipMessage } from './message.ts';
import { MessageLog } from './message-log.ts';
import type { SipAddress } from './sip-address.ts';

export interface SippRequest {
  address: SipAddress;
  /** IPv4 address of the service, to which its name was resolved. */
  remoteHost: string;
  localHost: string;
  scenario: string;
  /** Content of the file of calls, which may hold a password. */
  callsFile: string;
  /** Lines of that file: SIPp reads none of them twice. */
  lines: number;
  callsPerSecond: number;
  /** Most calls that are open at the same time. */
  concurrency: number;
  /** Begin of the Call-IDs; the number of the call follows, from 1. */
  callIdPrefix: string;
}

/** SIPp while it makes calls. */
export interface Sipp {
  /** Reads what it has logged since the last time. */
  read(): Promise<SipMessage[]>;
  readonly isOver: boolean;
  /** Ends it: open calls get a BYE or a CANCEL first, unless there is no time. */
  stop(isUrgent: boolean): Promise<void>;
  /** Removes its files. @throws SwarmError `not_started` if it ended with an error */
  close(): Promise<void>;
}

/** Time for the answers to the BYEs of `stop`, ms. */
const FAREWELL_MS = 1_000;
/** SIPp ends when its own timers were late too often; a busy host is judged by swarm. */
const PATIENT_WATCHDOG = ['-watchdog_minor_maxtriggers', '1000000', '-watchdog_major_maxtriggers'];
/**
 * A message that arrives between two steps of a call, such as the answer to a CANCEL before the ACK,
 * is not a reason to abort the call. Both sides repeat what matters.
 */
const KEEP_CALLS = ['-default_behaviors', 'all,-abortunexp'];
/** Exit codes of SIPp: all calls succeeded, some failed, it was asked to end, no call was made. */
const ENDS_WELL: ReadonlySet<number | null> = new Set([0, 1, 97, 99]);
const FIRST_BYTES = 64 * 1_024;

/** Version of SIPp on this host. @throws SwarmError `no_program` */
export const sippVersion = async (): Promise<string> => {
  const child = spawn('sipp', ['-v'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  try {
    await once(child, 'close');
  } catch {
    throw new SwarmError(
      'no_program',
      'SIPp is not installed on this host',
      'install it: "apt-get install sip-tester" on Debian',
    );
  }
  return /SIPp (v[\d.]+)/.exec(text)?.[1] ?? 'of an unknown version';
};

/** Starts SIPp in a private folder. It ends with this process, and is in no terminal's session. */
export const startSipp = async (request: SippRequest): Promise<Sipp> => {
  // Only this user may read it: the file of calls may hold a password.
  const folder = await mkdtemp(join(tmpdir(), 'swarm-sip-'));
  const file = (name: string): string => join(folder, name);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    for (const [name, text] of Object.entries({
      'caller.xml': request.scenario,
      'calls.csv': request.callsFile,
      'messages.log': '',
    }))
      await writeFile(file(name), text, { mode: 0o600 });
    const [program, ...args] = exitWithParent(['sipp', ...argumentsOf(request)]);
    const child = spawn(program, args, {
      ...{ cwd: folder, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
      env: { PATH: process.env.PATH, TZ: 'UTC' },
    });
    let complaints = '';
    child.stderr.on('data', (piece: Buffer) => {
      complaints = `${complaints}${piece.toString()}`.slice(-1_000);
    });
    const over = Promise.withResolvers<void>();
    let end: { code: number | null } | null = null;
    let isStopped = false;
    child.on('error', (error) => {
      complaints = error.message;
      end = { code: null };
      over.resolve();
    });
    child.on('close', (code) => {
      end = { code };
      over.resolve();
    });
    const log = new MessageLog();
    const handle = await open(file('messages.log'), 'r');
    const bytes = Buffer.alloc(FIRST_BYTES);
    return {
      read: async () => {
        const messages: SipMessage[] = [];
        for (;;) {
          const { bytesRead } = await handle.read(bytes, 0, bytes.length, null);
          if (bytesRead === 0) break;
          messages.push(...log.add(bytes.subarray(0, bytesRead)));
        }
        // SIPp has read the password by then: nothing holds it if this process is killed.
        if (messages.length > 0) await rm(file('calls.csv'), { force: true });
        return messages;
      },
      get isOver() {
        return end !== null;
      },
      stop: async (isUrgent) => {
        if (end !== null) return;
        isStopped = true;
        if (!isUrgent) {
          // The first signal ends new calls; the second one ends those that are open. SIPp obeys
          // the second only while lines of its file are left, for which idle ones follow the calls.
          child.kill('SIGUSR1');
          await sleep(100);
          child.kill('SIGUSR1');
          await Promise.race([over.promise, sleep(FAREWELL_MS)]);
        }
        child.kill('SIGKILL');
        await over.promise;
      },
      close: async () => {
        await handle.close();
        const errors = await readFile(file('errors.log'), 'utf8').catch(() => '');
        await remove();
        if (isStopped || end === null || ENDS_WELL.has(end.code)) return;
        throw new SwarmError(
          'not_started',
          `SIPp ended with ${end.code ?? 'an error'}: ${lastLines(errors === '' ? complaints : errors)}`,
          'check the address and that this host has a route to it',
        );
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

const argumentsOf = (request: SippRequest): string[] => {
  const { address, callsPerSecond } = request;
  const isWhole = Number.isInteger(callsPerSecond);
  return [
    `${request.remoteHost}:${address.port}`,
    ...['-sf', 'caller.xml', '-inf', 'calls.csv', '-t', address.transport === 'udp' ? 'u1' : 't1'],
    ...['-i', request.localHost, '-m', `${request.lines}`, '-l', `${request.concurrency}`],
    ...['-r', isWhole ? `${callsPerSecond}` : '1'],
    ...['-rp', isWhole ? '1000' : `${Math.round(1_000 / callsPerSecond)}`],
    ...['-cid_str', `${request.callIdPrefix}%u@%s`, '-aa', '-nostdin'],
    ...['-trace_msg', '-message_file', 'messages.log', '-trace_err', '-error_file', 'errors.log'],
    ...[...PATIENT_WATCHDOG, '1000000', ...KEEP_CALLS],
  ];
};

/** Last lines of a text as one, without what a terminal would obey. */
const lastLines = (text: string): string =>
  text
    .replaceAll(/[^\P{Cc}\n]/gu, ' ')
    .trim()
    .split('\n')
    .slice(-2)
    .join(' ')
    .slice(-300);
