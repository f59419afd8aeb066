/** Runs of `swarm verify` and `swarm audit` for tests. */
import type { Call } from './planted-misconfigurations.ts';
import { runSwarm, startSwarm } from './swarm.ts';

interface Verified {
  verdict: string;
  checks: {
    id: string;
    outcome: string;
    evidence: string[];
    reason: string | null;
    fix: string | null;
  }[];
}

/** Checks a server. @param command that does so, and prints its checks as `verify` does */
const checkWith = async (
  command: 'verify' | 'audit',
  { url, apiKey, apiSecret }: { url: string; apiKey: string; apiSecret: string },
  flags: readonly string[],
) => {
  const { exit, stdout, stderr } = await runSwarm([command, '--json', '--quiet', ...flags], {
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: apiKey,
    LIVEKIT_API_SECRET: apiSecret,
  });
  const { verdict, checks } = JSON.parse(stdout) as Verified;
  const found = (outcome: string): string[] =>
    checks.filter((one) => one.outcome === outcome).map(({ id }) => id);
  return { exit, stderr, verdict, checks, found };
};

type Server = Parameters<typeof checkWith>[1];

/** Checks a server. */
export const verify = (server: Server, ...flags: string[]) => checkWith('verify', server, flags);

/** Audits a server. */
export const audit = async (server: Server, ...flags: string[]) => {
  const audited = await checkWith('audit', server, flags);
  /** Evidence of a check, or the reason why it has none. */
  const evidence = (id: string): string[] => {
    const check = audited.checks.find((one) => one.id === id);
    return check === undefined ? [] : [...check.evidence, ...(check.reason ?? '').split('; ')];
  };
  return { ...audited, evidence };
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
