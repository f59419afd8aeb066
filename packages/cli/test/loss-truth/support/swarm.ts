import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Host } from './network.ts';
import type { Served } from './server.ts';

/** What of `--json` these tests look at. */
export interface SwarmResult {
  verdict: string;
  exitCode: number;
  reasons: string[];
  thresholds: { metric: string; ok: boolean | null }[];
  metrics: Record<string, number>;
  generator: { socket_drops: { count: number }; findings: { rule: string; sentence: string }[] };
  media: { kind: string; direction: string; packets: number; loss: number | null; lossBeforeRecovery: number | null }[];
  recovery: { nacksSent: number; nacksReceived: number; rtxSent: number; rtxReceived: number; recovered: number };
}

export interface Swarm {
  readonly pid: number;
  /** Resolves when it ended, with what it printed. Rejects when that was no result. */
  readonly result: Promise<{ exitCode: number; json: SwarmResult }>;
}

const PROGRAM = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** Runs `swarm` on `host` against `server`, with `flags` as typed. */
export const swarmOn = (host: Host, server: Served, flags: string): Swarm => {
  const child = host.spawn(process.execPath, [PROGRAM, '--json', '--quiet', ...flags.split(' ')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      LIVEKIT_URL: server.url,
      LIVEKIT_API_KEY: server.apiKey,
      LIVEKIT_API_SECRET: server.apiSecret,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text: Buffer) => {
    stdout += text;
  });
  child.stderr?.on('data', (text: Buffer) => {
    stderr += text;
  });
  const result = once(child, 'close').then(([exitCode]) => {
    try {
      return { exitCode: Number(exitCode), json: JSON.parse(stdout) as SwarmResult };
    } catch {
      throw new Error(`swarm ended with ${exitCode} and without a result: ${stderr.trim()}`);
    }
  });
  return { pid: child.pid ?? -1, result };
};
