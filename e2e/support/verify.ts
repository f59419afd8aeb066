/** Runs of `swarm verify` for tests. */
import type { Call } from './planted-misconfigurations.ts';
import { runSwarm, startSwarm } from './swarm.ts';

interface Verified {
  verdict: string;
  checks: { id: string; outcome: string; evidence: string[]; reason: string | null }[];
}

/** Checks a server. */
export const verify = async (
  server: { url: string; apiKey: string; apiSecret: string },
  ...flags: string[]
) => {
  const { exit, stdout, stderr } = await runSwarm(['verify', '--json', '--quiet', ...flags], {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
  const { verdict, checks } = JSON.parse(stdout) as Verified;
  const found = (outcome: string) =>
    checks.filter((one) => one.outcome === outcome).map(({ id }) => id);
  return { exit, stderr, verdict, checks, found };
};

/** Findings of a call of `swarm verify`, as `tls: error`; what could not be checked as well. */
export const findingsOf = async ({
  args,
  env,
  wrapper = [],
}: Call): Promise<{ exit: number | NodeJS.Signals; findings: string[]; details: unknown }> => {
  const swarm = startSwarm(['verify', '--json', '--quiet', ...args], env, undefined, wrapper);
  const exit = await swarm.ended;
  const { checks } = JSON.parse(swarm.stdout()) as Verified;
  const found = checks.filter(({ outcome }) => !['passed', 'skipped'].includes(outcome));
  return {
    exit,
    findings: found.map(({ id, outcome }) => `${id}: ${outcome}`),
    details: found.map(({ evidence, reason }) => reason ?? evidence),
  };
};
