/** Runs of `swarm audit` for tests. */
import { runSwarm } from './swarm.ts';

interface Audited {
  verdict: string;
  checks: {
    id: string;
    outcome: string;
    evidence: string[];
    reason: string | null;
    fix: string | null;
  }[];
}

/** Audits a server. @param url default: that of the server */
export const audit = async (
  server: { url: string; apiKey: string; apiSecret: string },
  ...flags: string[]
) => {
  const { exit, stdout, stderr } = await runSwarm(['audit', '--json', '--quiet', ...flags], {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
  const { verdict, checks } = JSON.parse(stdout) as Audited;
  const found = (outcome: string): string[] =>
    checks.filter((one) => one.outcome === outcome).map(({ id }) => id);
  /** Evidence of a check, or the reason why it has none. */
  const evidence = (id: string): string[] => {
    const check = checks.find((one) => one.id === id);
    return check === undefined ? [] : [...check.evidence, ...(check.reason ?? '').split('; ')];
  };
  return { exit, stderr, verdict, checks, found, evidence };
};
