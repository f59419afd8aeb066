import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  ClientSummary,
  HostSummary,
  RecoverySummary,
  ServerSummary,
  ThresholdResult,
  TrafficRow,
} from '@livekit-swarm/analysis';
import type { ComparisonResult } from '@livekit-swarm/report/comparison';
import { afterEach, expect } from 'vitest';
import { descendantsOf, type ProcessId, stillThere } from './processes.ts';

export const MAIN = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

/** A `swarm` that runs. */
export interface Swarm {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  signal(signal: NodeJS.Signals): void;
  /** Closes its output. */
  closeOutput(): void;
  /** Resolves when stderr holds this; rejects after `withinMs`. */
  says(words: RegExp, withinMs?: number): Promise<void>;
  /** Everything it started, its own process included. */
  processes(): ProcessId[];
}

/** A folder that is gone after the test. */
export const scratch = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-cli-'));
  cleanUps.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Without the developer's variables for a deployment of their own, and as outside CI. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(CI$|LIVEKIT_|SWARM_(?!LIVEKIT_SERVER)|NO_COLOR|FORCE_COLOR|VITEST|GITHUB_)/.test(name),
    ),
  );

/**
 * Starts `swarm` as its launcher does. It is killed after the test, should it still be there.
 * @param wrapper a command that becomes it
 */
export const startSwarm = (
  args: string[],
  env: Record<string, string> = {},
  cwd: string = scratch(),
  wrapper: readonly string[] = [],
): Swarm => {
  const [program = '', ...rest] = [...wrapper, process.execPath, MAIN, ...args];
  const child: ChildProcess = spawn(program, rest, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  cleanUps.push(() => child.kill('SIGKILL'));
  const pid = child.pid ?? -1;
  return {
    pid,
    stdout: () => out,
    stderr: () => err,
    ended: new Promise((resolve) =>
      child.once('close', (code, signal) => resolve(signal ?? code ?? -1)),
    ),
    signal: (signal) => void child.kill(signal),
    closeOutput: () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    says: (words, withinMs = 30_000) =>
      expect.poll(() => err, { timeout: withinMs, interval: 50 }).toMatch(words),
    processes: () => descendantsOf(pid),
  };
};

export interface Outcome {
  exit: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

/** Runs `swarm` to its end. */
export const runSwarm = async (
  args: string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<Outcome> => {
  const swarm = startSwarm(args, env, cwd);
  return { exit: await swarm.ended, stdout: swarm.stdout(), stderr: swarm.stderr() };
};

/** Within three seconds none of these is left. */
export const expectGone = (processes: ProcessId[]): Promise<void> =>
  expect.poll(() => processes.filter(stillThere), { timeout: 3_000, interval: 50 }).toEqual([]);

/** Result that `--json` printed: exactly one object. */
export const resultOf = ({ stdout }: Pick<Outcome, 'stdout'>): Result =>
  JSON.parse(stdout) as Result;

/** The part of the result that tests look at. */
export interface Result {
  schema: string;
  startedAt: string;
  verdict: string;
  exitCode: number;
  reasons: {
    code: string;
    text: string;
    /** Health finding of `generator_impaired`. */
    finding?: { code: string };
    /** Codes of the health findings of `impaired_at_times`. */
    codes?: string[];
    /** Set for `threshold_crossed`. */
    mayBeCausedByGenerator?: boolean;
  }[];
  thresholds: (Pick<ThresholdResult, 'metric' | 'expression' | 'value' | 'ok'> &
    Partial<Pick<ThresholdResult, 'doubt' | 'excluded' | 'uncertainty'>>)[];
  metrics: Record<string, number>;
  generator: Record<string, unknown> & {
    processes: number;
    processesDied: number;
    cpuCores: { avg: number };
    socketDrops: { count: number };
    findings: { code: string; text: string; stepMs?: number }[];
  };
  hosts: HostSummary[];
  deployment: { url: string; embedded: boolean; serverVersion: string; nodes: string[] };
  joins: {
    planned: number;
    joined: number;
    failed: number;
    unaccounted: number;
    failureReasons: { reason: string; count: number }[];
  };
  media: TrafficRow[];
  clients: ClientSummary[];
  serverMetrics: ServerSummary | null;
  lossRecovery: RecoverySummary;
  end: { reason: string } | null;
  record: string;
  /** Comparison with `--baseline`; null: without. */
  comparison?: ComparisonResult | null;
  error?: { code: string; message: string; hint: string | null };
}
