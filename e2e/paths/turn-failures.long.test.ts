/**
 * Tests each refusal of a TURN server, planted with coturn: the code of the participant, and the
 * setting that causes it.
 */
import { createAuthority, DEFAULT_LIVEKIT_VERSION, type LiveKitConfig } from '@livekit-swarm/lab';
import { missing } from '@livekit-swarm/testkit/requirements';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Host, openNetwork, whyNoNetwork } from '../support/network.ts';
import { serveOn } from '../support/serve-on.ts';
import { scratch, startSwarm } from '../support/swarm.ts';
import { credentialUntil, inTenMinutes, startTurnServer } from '../support/turn-server.ts';

let why: string | null = null;
beforeAll(async () => {
  why = (await missing('coturn', 'openssl')) ?? (await whyNoNetwork());
});
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

const PORT = 5_443;

interface Refusal {
  path: 'turn-udp' | 'turn-tcp' | 'turn-tls';
  turnServer: LiveKitConfig;
  env?: Record<string, string>;
}

const named = (
  { address }: Host,
  protocol: 'udp' | 'tcp' | 'tls',
  credential = credentialUntil(inTenMinutes()),
): LiveKitConfig => ({ host: address, port: PORT, protocol, ...credential });

/** coturn whose certificate is valid for `days`, and a client that trusts its CA or another. */
const overTls = async (host: Host, days: number, trusted: boolean): Promise<Refusal> => {
  const [own, other] = await Promise.all([createAuthority(scratch()), createAuthority(scratch())]);
  const { cert, key } = await own.sign({
    name: 'turn',
    subject: `/CN=${host.address}`,
    usage: 'serverAuth',
    names: [`IP:${host.address}`],
    days,
  });
  const tls = [`tls-listening-port=${PORT}`, `cert=${cert}`, `pkey=${key}`];
  await startTurnServer(host, PORT + 1, tls);
  return {
    path: 'turn-tls',
    turnServer: named(host, 'tls'),
    env: { SWARM_CA: (trusted ? own : other).certificate.cert },
  };
};

const REFUSALS: [
  what: string,
  reason: string,
  setting: RegExp,
  plant: (server: Host) => Promise<Refusal>,
][] = [
  [
    'the credential has expired',
    'turn_unauthorized',
    /turn\.ttl_seconds/,
    async (server) => {
      await startTurnServer(server, PORT);
      const stale = credentialUntil(Date.now() / 1_000 - 60);
      return { path: 'turn-udp', turnServer: named(server, 'udp', stale) };
    },
  ],
  [
    'the credential is wrong',
    'turn_unauthorized',
    /secret of rtc\.turn_servers/,
    async (server) => {
      await startTurnServer(server, PORT);
      const wrong = { ...credentialUntil(inTenMinutes()), credential: 'guessed' };
      return { path: 'turn-tcp', turnServer: named(server, 'tcp', wrong) };
    },
  ],
  [
    'the address of the node is denied',
    'turn_peer_refused',
    /allowed-peer-ip/,
    async (server) => {
      await startTurnServer(server, PORT, ['denied-peer-ip=0.0.0.0-255.255.255.255']);
      return { path: 'turn-udp', turnServer: named(server, 'udp') };
    },
  ],
  [
    'the user has its allocations',
    'turn_quota',
    /user-quota/,
    async (server) => {
      // Both participants have the same credential: one of them is the second.
      await startTurnServer(server, PORT, ['user-quota=1']);
      return { path: 'turn-udp', turnServer: named(server, 'udp') };
    },
  ],
  ['its certificate is of another CA', 'turn_tls', /--ca/, (server) => overTls(server, 30, false)],
  [
    'its certificate has expired',
    'turn_tls',
    /turn\.cert_file/,
    (server) => overTls(server, -1, true),
  ],
  [
    'nothing answers',
    'turn_no_answer',
    /firewall/,
    async (server) => {
      const closed = `table inet silent { chain input { type filter hook input priority 0; udp dport ${PORT} drop; }; }`;
      await server.run('nft', ['-f', '-'], closed);
      return { path: 'turn-udp', turnServer: named(server, 'udp') };
    },
  ],
];

interface Checks {
  checks: { outcome: string; reason: string | null; message: string; hint: string }[];
}

test.for(REFUSALS)('%s: %s', async ([, reason, setting, plant]) => {
  await using network = await openNetwork();
  const { server, generator } = network;
  const { path, turnServer, env } = await plant(server);
  const config = { rtc: { turn_servers: [turnServer] } };
  const served = await serveOn(server, DEFAULT_LIVEKIT_VERSION, scratch(), config);
  const deployment = {
    LIVEKIT_URL: served.url,
    LIVEKIT_API_KEY: served.apiKey,
    LIVEKIT_API_SECRET: served.apiSecret,
    ...env,
  };
  const start = (flags: string) =>
    startSwarm(flags.split(' '), deployment, scratch(), generator.through);

  const check = start(`connectivity --path ${path} --json --quiet`);
  expect(await check.ended).toBe(99);
  const [checked] = (JSON.parse(check.stdout()) as Checks).checks;
  expect(checked).toMatchObject({ outcome: 'failed', reason });
  expect(checked?.message).toContain(server.address);
  expect(checked?.hint).toMatch(setting);

  // What is refused to participants of a run, its report explains. An allocation without an answer is given up after 8 s.
  const run = start(`--path ${path} --rooms 1 --processes 1 --duration 10s --quiet`);
  await run.ended;
  expect(run.stdout()).toContain(reason);
  expect(run.stdout().replace(/\s+/g, ' ')).toMatch(setting);
});
