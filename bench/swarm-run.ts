import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineProfile } from '@livekit-swarm/webrtc';

/** Part of `swarm --json` that benchmarks use. */
export interface SwarmResult {
  verdict: string;
  reasons: string[];
  joins: { joined: number };
  tracks: { missing: number };
  generator: {
    lateJoins: { count: number };
    cpuCores: { avg: number | null };
    cpuMicrosPerPacket: number | null;
    residentBytes: number | null;
    machine_busy: number | null;
  };
}

const PROGRAM = join(import.meta.dirname, '../packages/cli/src/main.ts');

export interface Place {
  /** Words before the command: the entry of a network namespace. */
  through?: readonly string[];
  /** Variables with the deployment and its keys. */
  env?: Readonly<Record<string, string>>;
}

/**
 * Refuses to measure a development build: figures of this project are those of a release.
 * @throws Error that names the command which compiles the other engine
 */
const expectReleaseEngine = (): void => {
  const profile = engineProfile();
  if (profile !== 'release')
    throw new Error(
      `the media engine here is ${profile === null ? 'compiled from older sources' : `a development build (profile ${profile})`}: "npm run bench" and "node scripts/run.mjs bench/…" compile that of a release`,
    );
};

/**
 * Runs swarm with `flags` (or `run FILE`) against its own server, or that of `LIVEKIT_URL`.
 * @throws Error when it prints no result, or the media engine is a development build
 */
export const swarmRun = async (
  flags: readonly string[],
  { through = [], env = {} }: Place = {},
  onStart: (pid: number) => void = () => {},
): Promise<SwarmResult> => {
  expectReleaseEngine();
  const record = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  try {
    const options = ['--json', '--quiet', '--record', join(record, 'record')];
    const [command = '', ...args] = [...through, process.execPath, PROGRAM, ...flags, ...options];
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.pid !== undefined) onStart(child.pid);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    const code = await new Promise<number | null>((resolve, reject) =>
      child.on('error', reject).on('close', resolve),
    );
    if (output === '')
      throw new Error(`swarm ${flags.join(' ')} ended with ${code} and printed no result`);
    return JSON.parse(output) as SwarmResult;
  } finally {
    rmSync(record, { recursive: true, force: true });
  }
};
