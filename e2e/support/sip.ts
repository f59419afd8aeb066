import type { CallFacts } from '@livekit-swarm/sip';
import { startSwarm } from './swarm.ts';

/** The part of the result of `swarm sip` that tests look at. */
export interface SipJson {
  exit: number | NodeJS.Signals;
  verdict: string;
  about: string;
  achievedCallsPerSecond: number | null;
  outcomes: Record<string, number>;
  metrics: Record<string, number>;
  thresholds: { metric: string; value: number | null; ok: boolean | null }[];
  calls: (CallFacts & { outcome: string })[];
  generator: { isImpaired: boolean; loopDelayP99Ms: number; portConflicts: number };
  stderr: string;
}

export const runSip = async (
  address: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<SipJson> => {
  const swarm = startSwarm(['sip', address, '--json', '--quiet', ...args], env);
  const exit = await swarm.ended;
  const result = swarm.stdout() === '' ? {} : (JSON.parse(swarm.stdout()) as object);
  return { ...result, exit, stderr: swarm.stderr() } as SipJson;
};
