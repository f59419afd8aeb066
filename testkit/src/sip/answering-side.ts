/** SIPp as the answering side of calls, and its own log of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitWithParent, findFreePorts } from '@livekit-swarm/host';
import { type Answering, answeringScenario } from './answering-scenario.ts';

/** A message in SIPp's own log of short messages. */
export interface LoggedMessage {
  /** ms since 1970. */
  atMs: number;
  isReceived: boolean;
  callId: string;
  /** `CSeq:1 INVITE`. */
  cseq: string;
  /** First line of the message. */
  start: string;
}

export interface AnsweringSide extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  address: string;
  log(): LoggedMessage[];
  /** Last values of columns of its statistics, as `IncomingCall(C)`. */
  statistics(...columns: string[]): Promise<number[]>;
}

/** Time after which its statistics are surely written: once a second. */
const STATISTICS_MS = 1_500;

/** @param folder an empty folder */
export const startAnsweringSide = async (
  folder: string,
  answering: Answering,
  transport: 'udp' | 'tcp' = 'udp',
): Promise<AnsweringSide> => {
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  writeFileSync(join(folder, 'side.xml'), answeringScenario(answering));
  const [program, ...args] = exitWithParent([
    'sipp',
    ...['-sf', 'side.xml', '-i', '127.0.0.1', '-p', `${port}`, '-nostdin'],
    ...['-t', transport === 'udp' ? 'u1' : 't1', '-trace_shortmsg', '-shortmessage_file'],
    ...['short.tsv', '-trace_stat', '-stf', 'stat.csv', '-fd', '1', '-trace_err'],
    // An ACK that arrives between two responses is in its log, and does not end the call.
    ...['-error_file', 'errors.log', '-default_behaviors', 'all,-abortunexp'],
  ]);
  const child = spawn(program, args, {
    cwd: folder,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, TZ: 'UTC' },
  });
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch {
      return '';
    }
  };
  for (let tries = 0; read('stat.csv') === ''; tries++) {
    if (tries === 100 || child.exitCode !== null) {
      child.kill('SIGKILL');
      throw new Error(`SIPp does not answer: ${read('errors.log')}`);
    }
    await sleep(100);
  }
  return {
    address: `127.0.0.1:${port}`,
    log: () => read('short.tsv').split('\n').filter(Boolean).map(readLine),
    statistics: async (...columns) => {
      await sleep(STATISTICS_MS);
      const [head = '', ...rows] = read('stat.csv').trim().split('\n');
      const names = head.split(';');
      const values = rows.at(-1)?.split(';') ?? [];
      return columns.map((column) => Number(values[names.indexOf(column)]));
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
};

const readLine = (line: string): LoggedMessage => {
  const [, , epoch, direction, callId = '', cseq = '', start = ''] = line.split('\t');
  return {
    ...{ atMs: Number(epoch) * 1_000, isReceived: direction === 'R', callId, cseq },
    start: start.trim(),
  };
};
