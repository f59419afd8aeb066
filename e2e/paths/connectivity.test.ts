/** `swarm connectivity` against real servers: what they offer, what works, what is left behind. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OFFERED_PATHS, startLiveKit } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('coturn', 'openssl');

interface Checks {
  checks: { path: string; outcome: string; announced: string[]; hint: string | null }[];
}

const envOf = (server: { url: string; apiKey: string; apiSecret: string }) => ({
  LIVEKIT_URL: server.url,
  LIVEKIT_API_KEY: server.apiKey,
  LIVEKIT_API_SECRET: server.apiSecret,
});

it('checks every path that a server offers, and leaves no room', async () => {
  await using server = await startLiveKit({ dir: scratch(), offers: new Set(OFFERED_PATHS) });
  const ca = join(scratch(), 'ca.pem');
  writeFileSync(ca, server.authority ?? '');
  const junit = join(scratch(), 'junit.xml');
  const flags = ['--ca', ca, '--json', '--quiet', '--report', `junit=${junit}`];
  const { exit, stdout, stderr } = await runSwarm(['connectivity', ...flags], envOf(server));
  expect(stderr).toBe('');
  const { checks } = JSON.parse(stdout) as Checks;
  expect(checks.map(({ path }) => path)).toEqual(['direct', ...OFFERED_PATHS]);
  for (const { path, announced } of checks) expect(announced, path).not.toEqual([]);
  for (const { path, outcome } of checks) expect([path, outcome]).toEqual([path, 'works']);
  expect(exit).toBe(0);
  expect(readFileSync(junit, 'utf8')).toContain('tests="5"');
  const { httpUrl, apiKey, apiSecret } = server;
  expect(await new RoomServiceClient(httpUrl, apiKey, apiSecret).listRooms()).toEqual([]);
});

it('names the setting of a path that is not offered: exit 99 where it must work', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const all = await runSwarm(['connectivity', '--quiet'], envOf(server));
  expect(all.exit).toBe(0);
  expect(all.stdout).toMatch(/direct \(IPv4\) +works/);
  expect(all.stdout).toMatch(/ice-tcp: not offered\n {4}→ set rtc\.tcp_port/);
  const needed = await runSwarm(
    ['connectivity', '--quiet', '--path', 'ice-tcp,turn-tls'],
    envOf(server),
  );
  expect(needed.exit).toBe(99);
});

it('cannot be used: exit 2 or 3, with what helps', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const wrong = await runSwarm(['connectivity', '--quiet'], {
    ...envOf(server),
    LIVEKIT_API_SECRET: 'another-secret-of-the-right-length',
  });
  expect(wrong.exit).toBe(3);
  expect(wrong.stderr).toContain('→ check the API key and secret');
  const unknown = await runSwarm(['connectivity', '--path', 'turn-tsl'], envOf(server));
  expect(unknown.exit).toBe(2);
  expect(unknown.stderr).toContain('turn-tls');
});
