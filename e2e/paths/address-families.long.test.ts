/** Media with a server that has IPv4 and IPv6 addresses: whichever of them work, every participant connects at once, as a browser would. */
import { DEFAULT_LIVEKIT_VERSION, type LiveKitConfig } from '@livekit-swarm/lab';
import { type EventLine, recordLines } from '@livekit-swarm/record';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Host, openNetwork, whyNoNetwork } from '../support/network.ts';
import { serveOn } from '../support/serve-on.ts';
import { resultOf, scratch, startSwarm } from '../support/swarm.ts';

let why: string | null = null;
beforeAll(async () => {
  why = await whyNoNetwork();
});
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

/** Far below the 15 s of an attempt, ms. */
const SOON_MS = 3_000;

type Prepare = (hosts: { server: Host; generator: Host }) => Promise<unknown>;

/** Packets of a family are dropped where the server receives them: the sender gets no error. */
const blackhole =
  (family: 'ipv4' | 'ipv6'): Prepare =>
  ({ server }) =>
    drop(server, 'input', family);

const drop = ({ through }: Host, hook: 'input' | 'output', family: 'ipv4' | 'ipv6') =>
  holdTable(
    through,
    'swarm_fault',
    `chain fault { type filter hook ${hook} priority 0; policy accept; meta nfproto ${family} meta l4proto udp drop; }`,
  );

const BOTH = { rtc: { ips: { includes: ['10.0.0.0/8', 'fd53:5741::/64'] } } };
const IPV6_ONLY = { rtc: { node_ip: 'fd53:5741::1', ips: { includes: ['fd53:5741::/64'] } } };

test.for<[name: string, prepare: Prepare, family: 4 | 6, config?: LiveKitConfig]>([
  ['the server has IPv6 addresses only', async () => {}, 6, IPV6_ONLY],
  ['both families work: IPv6 is preferred', async () => {}, 6],
  ['IPv6 packets are dropped on the way', blackhole('ipv6'), 4],
  ['IPv4 packets are dropped on the way', blackhole('ipv4'), 6],
  [
    'the firewall of this host rejects IPv6',
    ({ generator }) => drop(generator, 'output', 'ipv6'),
    4,
  ],
  [
    'this host has no IPv6',
    ({ generator }) => generator.run('ip', ['-6', 'address', 'flush', 'dev', 'eth0']),
    4,
  ],
])('%s', async ([name, prepare, family, config = BOTH]) => {
  await using network = await openNetwork();
  const served = await serveOn(network.server, DEFAULT_LIVEKIT_VERSION, scratch(), config);
  await prepare(network);
  const record = scratch();
  const flags = `--rooms 2 --processes 1 --duration 8s --json --record ${record}`;
  const env = {
    LIVEKIT_URL: served.url,
    LIVEKIT_API_KEY: served.apiKey,
    LIVEKIT_API_SECRET: served.apiSecret,
  };
  const swarm = startSwarm(flags.split(' '), env, scratch(), network.generator.through);
  await swarm.ended;
  const joined: EventLine[] = [];
  for await (const line of recordLines(record))
    if (line.type === 'event' && line.event === 'joined') joined.push(line);
  expect(joined.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
  const families = joined.map(({ addressFamily }) => addressFamily);
  // The first ones start with IPv4, until a candidate of the server shows that it has IPv6: where both work, they may connect before.
  if (name.startsWith('both')) expect(families.at(-1)).toBe(family);
  else expect(families).toEqual([family, family, family, family]);
  for (const { phases } of joined) expect(phases?.joined).toBeLessThan(SOON_MS);
  const { joins, generator } = resultOf({ stdout: swarm.stdout() });
  expect(joins).toMatchObject({ joined: 4, failed: 0 });
  const findings = generator.findings.map(({ code }) => code);
  for (const code of ['no_route', 'no_socket', 'send_errors']) expect(findings).not.toContain(code);
});
