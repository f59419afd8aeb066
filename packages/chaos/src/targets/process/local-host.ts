import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { exitWithParent } from '@livekit-swarm/host';
import type { CommandResult } from '../platform.ts';

/**
 * Host on which programs run and files are read as root: this one, or one that is reached by SSH.
 */
export interface Host {
  /**
   * Runs a program. Never throws for an exit code; 127: program not found. A program that exceeds
   * the time limit is killed.
   */
  run(argv: readonly string[], input?: string, timeoutMs?: number): Promise<CommandResult>;
  /** Reads a file; null: it cannot be read. */
  read(path: string): Promise<string | null>;
}

const TIMEOUT_MS = 30_000;
/** Exit code of shells for a program that was not found. */
const NOT_FOUND = 127;

/** Runs a program on this host; see `Host.run`. */
export const runHere = (
  argv: readonly string[],
  input = '',
  timeoutMs = TIMEOUT_MS,
): Promise<CommandResult> =>
  new Promise((resolve) => {
    const [program = ''] = argv;
    // The command is killed with this process: it must not act after its drill.
    const [guarded, ...args] = exitWithParent([program, ...argv.slice(1)]);
    const child = spawn(guarded, args, {
      // A terminal's Ctrl-C must not interrupt an injection or a rollback.
      detached: true,
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
      const killed = signal === null ? '' : `${program} was terminated by ${signal}`;
      resolve({ stdout, stderr: stderr === '' ? killed : stderr, code: code ?? 1 });
    });
  });

/** Environment of programs: the PATH of administrators, messages in English, and no secrets. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: [process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(':'),
  HOME: process.env.HOME,
  LC_ALL: 'C',
});

export const localHost: Host = {
  run: runHere,
  read: (path) => readFile(path, 'utf8').catch(() => null),
};
