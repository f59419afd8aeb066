import { spawn } from 'node:child_process';
import type { CommandResult } from '../target.ts';

const TIMEOUT_MS = 30_000;
/** As shells say it of a program that is not there. */
const NOT_FOUND = 127;

/** Runs a program on this machine. Does not throw for what it says; one that is not there ends with 127, one that does not end is killed. */
export const runHere = (
  argv: readonly string[],
  input = '',
  timeoutMs = TIMEOUT_MS,
): Promise<CommandResult> =>
  new Promise((resolve) => {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: environment(),
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', (error) => resolve({ stdout, stderr: error.message, code: NOT_FOUND }));
    child.once('close', (code, signal) => {
      const killed = signal === null ? '' : `${program} was ended by ${signal}`;
      resolve({ stdout, stderr: stderr === '' ? killed : stderr, code: code ?? 1 });
    });
  });

/** Tools of administrators are not on everybody's PATH; what they say must be in one language; secrets are none of their business. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: [process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(':'),
  HOME: process.env.HOME,
  LC_ALL: 'C',
});
