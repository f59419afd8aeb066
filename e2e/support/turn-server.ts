/** coturn on a host of its own, as an operator runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Host } from './network.ts';

export interface TurnServer {
  /** Text of its log. */
  log(): string;
  /** End it without a farewell to its clients. */
  kill(): void;
}

/** Secret from which `credentialUntil` makes credentials (TURN REST API). */
export const TURN_SECRET = 'secret-of-the-turn-server';

/**
 * Credentials that a deployment with the same secret gives to its clients. @param at expiry, Unix
 * seconds
 */
export const credentialUntil = (at: number): { username: string; credential: string } => {
  const username = `${Math.round(at)}:swarm`;
  const credential = createHmac('sha1', TURN_SECRET).update(username).digest('base64');
  return { username, credential };
};

export const inTenMinutes = (): number => Date.now() / 1_000 + 600;

/**
 * Resolves once it listens on `port`, TCP. It ends with its host's network, and after the test.
 * @param options lines of turnserver.conf
 */
export const startTurnServer = async (
  { address, through, run }: Host,
  port: number,
  options: readonly string[] = [],
): Promise<TurnServer> => {
  const lines = [
    `listening-ip=${address}`,
    `relay-ip=${address}`,
    `listening-port=${port}`,
    'realm=swarm.test',
    'use-auth-secret',
    `static-auth-secret=${TURN_SECRET}`,
    'fingerprint',
    'no-cli',
    'no-dtls',
    'no-multicast-peers',
    'userdb=:memory:',
    'log-file=stdout',
    'simple-log',
    'pidfile=/dev/null',
    ...options,
  ];
  const args = lines.map((line) => `--${line}`);
  const [program, ...before] = through;
  const child: ChildProcess = spawn(program, [...before, 'turnserver', '-n', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  const kill = (): void => void child.kill('SIGKILL');
  onTestFinished(kill);
  const listens = `sport = :${port}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await run('ss', ['-Hltn', listens])) !== '') return { log: () => log, kill };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`coturn did not start: ${log}`);
};
