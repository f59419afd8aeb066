/** Three regions on this host, with their distances: healthy, and with planted mistakes. */
import { readdirSync, readlinkSync } from 'node:fs';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { regionFile, runRegions } from '../support/regions.ts';
import { expectGone, startSwarm } from '../support/swarm.ts';

await skipWithout('root', 'unshare', 'ip', 'nft', 'redis', 'packet-filter');

const RTT = {
  eu: { eu: 6, us: 80, ap: 140 },
  us: { eu: 80, us: 6, ap: 180 },
  ap: { eu: 140, us: 180, ap: 6 },
};

const EU = { at: [50.1, 8.7], servers: '10.10.0.0/24', allowed: ['10.10.0.0/24'] };
const US = { at: [39, -77.5], servers: '10.20.0.0/24' };
const AP = { at: [1.35, 103.8], servers: '10.30.0.0/24', allowed: ['10.30.0.0/24'] };

it('finds nothing wrong in healthy regions, and the distances in what it measures', async () => {
  const result = await runRegions(
    regionFile({ eu: EU, us: US, ap: AP }, { rtt: RTT, redis: 'eu' }),
  );
  const { exit, answer, checks, facts } = result;
  expect(checks, result.stderr).toMatchObject({
    ...{ entry: { outcome: 'passed' }, room: { outcome: 'passed' } },
    ...{ meeting: { outcome: 'passed' }, 'join-time': { outcome: 'passed' } },
    ...{ latency: { outcome: 'passed' }, residency: { outcome: 'passed' } },
    ...{ recovery: { outcome: 'skipped' }, isolation: { outcome: 'skipped' } },
  });
  expect([exit, answer]).toEqual([0, 'yes']);
  // Six users at home, and two in each of six rooms across.
  expect(facts.joins).toHaveLength(18);
  expect(facts.latencies).toHaveLength(18);
  for (const { publisher, subscriber, site, p50Ms } of facts.latencies) {
    const rtt = (user: string) =>
      Object.entries(RTT).find(([name]) => name === user)?.[1][site as keyof typeof RTT.eu] ?? 0;
    // Packets are never early; a busy host makes half of them late by far less than the distance.
    expect(p50Ms).toBeGreaterThan(((rtt(publisher) + rtt(subscriber)) / 2) * 0.95);
  }
});

/** Region that is the farthest from ap. */
const FAR = 'us';

it('finds a node that announces an address that is not allowed, and a room in the far region', async () => {
  const { exit, answer, checks, stderr } = await runRegions(
    regionFile(
      {
        eu: { ...EU, nodes: [{ address: '10.66.0.9' }] },
        us: US,
        // As with a name that leads there.
        ap: { ...AP, entry: FAR },
      },
      { rtt: RTT, redis: 'us' },
    ),
  );
  expect([exit, answer], stderr).toEqual([99, 'no']);
  expect(checks.entry).toMatchObject({
    ...{
      outcome: 'error',
      text: expect.stringContaining(`ap: sent to ${FAR} (180 ms), but ap is`),
    },
  });
  expect(checks.room).toMatchObject({
    outcome: 'error',
    text: expect.stringMatching(/ap: room \S+ is on us-1 in us \(180 ms away\), and not in ap/),
  });
  const { outcome, text } = checks.residency ?? {};
  expect(outcome).toBe('error');
  expect(text).toContain('room home_eu_eu of eu on eu-1 (eu): announces udp 10.66.0.9:7882');
  expect(text).toMatch(/users of eu sent \d+ UDP packets to 10\.66\.0\.9/);
  expect(text).toMatch(/room home_ap_ap of ap on us-1 \(us\): announces udp 10\.20\.0\.2:7882/);
  // Nothing else is wrong.
  expect(checks).toMatchObject({ meeting: { outcome: 'passed' }, latency: { outcome: 'passed' } });
});

/** Network namespaces of all processes of this host. */
const namespaces = (): Set<string> =>
  new Set(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          return [readlinkSync(`/proc/${pid}/ns/net`)];
        } catch {
          // It has ended.
          return [];
        }
      }),
  );

it.each(['SIGINT', 'SIGKILL'] as const)('leaves nothing behind after %s', async (signal) => {
  const before = namespaces();
  const swarm = startSwarm([
    'regions',
    regionFile({ eu: EU, us: US, ap: AP }, { rtt: RTT, redis: 'eu' }),
  ]);
  await swarm.says(/Two users of each region/);
  const processes = swarm.processes();
  expect(processes.length).toBeGreaterThan(8);
  expect([...namespaces()].filter((one) => !before.has(one)).length).toBeGreaterThanOrEqual(7);
  swarm.signal(signal);
  expect(await swarm.ended).toBe(signal === 'SIGINT' ? 130 : signal);
  await expectGone(processes);
  await expect.poll(() => [...namespaces()].filter((one) => !before.has(one))).toEqual([]);
});
