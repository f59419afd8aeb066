/** Runs of `swarm verify` for tests. */
import { runSwarm } from './swarm.ts';

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
