/** `swarm verify` finds what is planted, and nothing else; in a deployment that is right, nothing. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import {
  behindHaproxy,
  type Call,
  healthyLab,
  MISCONFIGURATIONS,
} from '../support/planted-misconfigurations.ts';
import { startSwarm } from '../support/swarm.ts';

const missing = await skipWithout(
  'packet-filter',
  'coturn',
  'haproxy',
  'openssl',
  'redis',
  'unshare',
);

const RUNS = 20;

interface Found {
  exit: number | NodeJS.Signals;
  /** `tls: error`; what could not be checked as well. */
  findings: string[];
  details: unknown;
}

const verify = async ({ args, env, wrapper = [] }: Call): Promise<Found> => {
  const swarm = startSwarm(['verify', '--json', '--quiet', ...args], env, undefined, wrapper);
  const exit = await swarm.ended;
  const { checks } = JSON.parse(swarm.stdout()) as {
    checks: { id: string; outcome: string; evidence: string[]; reason: string | null }[];
  };
  const found = checks.filter(({ outcome }) => !['passed', 'skipped'].includes(outcome));
  return {
    exit,
    findings: found.map(({ id, outcome }) => `${id}: ${outcome}`),
    details: found.map(({ evidence, reason }) => reason ?? evidence),
  };
};

describe('one planted misconfiguration is the only finding', () => {
  it.each(MISCONFIGURATIONS)('$name: $finds', async ({ finds, severity, exit, plant }) => {
    await using parts = new AsyncDisposableStack();
    const found = await verify(await plant(parts));
    expect(found.findings, JSON.stringify(found.details)).toEqual([`${finds}: ${severity}`]);
    expect(found.exit).toBe(exit);
  });
});

it('a proxy that keeps old connections may be reloaded', async () => {
  await using parts = new AsyncDisposableStack();
  const found = await verify(await behindHaproxy(parts, []));
  expect(found).toMatchObject({ exit: 0, findings: [] });
});

it(`finds nothing in a healthy lab in ${RUNS} runs`, { timeout: 1_200_000 }, async () => {
  if (missing !== null) return;
  await using parts = new AsyncDisposableStack();
  const call = await healthyLab(parts);
  const runs: Found[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await verify(call));
  expect(runs.filter(({ findings }) => findings.length > 0)).toEqual([]);
  expect(new Set(runs.map(({ exit }) => exit))).toEqual(new Set([0]));
});
