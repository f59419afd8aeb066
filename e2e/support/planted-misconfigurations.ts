/** A deployment that is right, and one thing at a time that is not. */

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { findFreePorts } from '@livekit-swarm/host';
import {
  type Authority,
  createAuthority,
  generateCredentials,
  type LiveKitConfig,
  type LiveKitServer,
  OFFERED_PATHS,
  type StartOptions,
  startLiveKit,
} from '@livekit-swarm/lab';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { AccessToken, SipClient } from 'livekit-server-sdk';
import { type FrontOptions, openFront } from './front.ts';
import { startNameServer } from './name-server.ts';
import { HERE } from './network.ts';
import { openReloadingProxy } from './reloading-proxy.ts';
import { steppingClock } from './stepped-clock.ts';
import { scratch } from './swarm.ts';
import { credentialUntil, inTenMinutes, startTurnServer } from './turn-server.ts';

/** Call of `swarm verify`. */
export interface Call {
  args: string[];
  env: Record<string, string>;
  /** A command that becomes it. */
  wrapper?: readonly string[];
}

/** Parts of a deployment, which end with the test. */
export type Parts = AsyncDisposableStack;

export interface Misconfiguration {
  name: string;
  /** The only check that finds something, and how severe it is. */
  finds: string;
  severity: 'error' | 'warning';
  exit: number;
  plant(parts: Parts): Promise<Call>;
}

const IP_NAMES = ['IP:127.0.0.1'];

const certificate = async (
  authority: Authority,
  name: string,
  { names = IP_NAMES, days = 30 }: { names?: string[]; days?: number } = {},
): Promise<{ cert: Buffer; key: Buffer }> => {
  const { cert, key } = await authority.sign({
    ...{ name, subject: `/CN=${name}`, usage: 'serverAuth', names, days },
  });
  return { cert: readFileSync(cert), key: readFileSync(key) };
};

interface Planted {
  /** Configuration of each node. */
  config?: LiveKitConfig;
  options?: Partial<StartOptions>;
  front?: Partial<FrontOptions>;
  certificate?: { names?: string[]; days?: number };
  args?: string[];
  env?: Record<string, string>;
  /** Host of the URL. Default: 127.0.0.1. */
  host?: string;
}

const envOf = (server: LiveKitServer, url: string): Record<string, string> => ({
  LIVEKIT_URL: url,
  LIVEKIT_API_KEY: server.apiKey,
  LIVEKIT_API_SECRET: server.apiSecret,
});

/** One node that offers every path, behind a proxy that terminates TLS. */
const single = async (
  parts: Parts,
  { config, options, front, args = [], env, certificate: wanted, host }: Planted = {},
): Promise<Call & { server: LiveKitServer }> => {
  const dir = scratch();
  const server = parts.use(
    await startLiveKit({
      ...{ dir, offers: new Set(OFFERED_PATHS), udpPorts: 1 },
      ...(config !== undefined && { config }),
      ...options,
    }),
  );
  const authority = await createAuthority(join(dir, 'front'));
  const proxy = parts.use(
    await openFront({
      backends: [server.ports.http],
      tls: await certificate(authority, 'front', wanted),
      ...front,
    }),
  );
  const ca = join(dir, 'all.pem');
  writeFileSync(
    ca,
    `${readFileSync(authority.certificate.cert, 'utf8')}\n${server.authority ?? ''}`,
  );
  return {
    server,
    args: ['--ca', ca, ...args],
    env: { ...envOf(server, `wss://${host ?? '127.0.0.1'}:${proxy.port}`), ...env },
  };
};

/** Two nodes with one Redis behind a proxy that distributes connections, and everything known that there is to know. */
export const healthyLab = async (parts: Parts): Promise<Call> => {
  const dir = scratch();
  const credentials = generateCredentials();
  const redis = parts.use(await startRedis());
  const address = redis.url.replace('redis://', '');
  const webhookPort = await freePort();
  const webhook = {
    api_key: credentials.apiKey,
    urls: [`http://127.0.0.1:${webhookPort}/webhooks`],
  };
  const nodes: LiveKitServer[] = [];
  for (const name of ['node-1', 'node-2'])
    nodes.push(
      parts.use(
        await startLiveKit({
          ...{ dir: join(dir, name), name, credentials, udpPorts: 1 },
          ...{ offers: new Set(OFFERED_PATHS), config: { redis: { address }, webhook } },
        }),
      ),
    );
  const authority = await createAuthority(join(dir, 'front'));
  const backends = nodes.map(({ ports }) => ports.http);
  const tls = await certificate(authority, 'front');
  const front = parts.use(await openFront({ backends, tls }));
  const ca = join(dir, 'all.pem');
  const authorities = nodes.map((node) => node.authority ?? '');
  writeFileSync(ca, [readFileSync(authority.certificate.cert, 'utf8'), ...authorities].join('\n'));
  const { http: closed } = await findFreePorts('127.0.0.1', 1);
  const token = new AccessToken(credentials.apiKey, credentials.apiSecret, {
    identity: 'user',
    ttl: 600,
  });
  token.addGrant({ roomJoin: true, room: 'a' });
  const [first] = nodes;
  if (first === undefined) throw new Error('there is no node');
  return {
    args: [
      ...['--ca', ca, '--redis', redis.url, '--closed-port', String(closed)],
      ...['--announced', '127.0.0.0/8', '--participants', '50', '--idle', '3s'],
      ...['--webhook-port', String(webhookPort)],
    ],
    env: { ...envOf(first, `wss://127.0.0.1:${front.port}`), SWARM_TOKEN: await token.toJwt() },
  };
};

/** One node behind HAProxy, which is reloaded. */
export const behindHaproxy = async (parts: Parts, global: readonly string[]): Promise<Call> => {
  const { server, args } = await single(parts);
  const proxy = parts.use(await openReloadingProxy(server.ports.http, global));
  return {
    args: [...args, '--reload', proxy.reload],
    env: envOf(server, `ws://127.0.0.1:${proxy.port}`),
  };
};

/** A second node, on the Redis of the first. */
const withSecond = async (
  parts: Parts,
  version: StartOptions['version'],
): Promise<{ call: Call; second: LiveKitServer }> => {
  const redis = parts.use(await startRedis());
  const config = { redis: { address: redis.url.replace('redis://', '') } };
  const { server, args, env } = await single(parts, { config });
  const { apiKey, apiSecret } = server;
  const second = parts.use(
    await startLiveKit({
      ...{ dir: scratch(), udpPorts: 1, config, credentials: { apiKey, apiSecret } },
      // Without TURN: that of 1.11 relays anywhere, which is another finding.
      ...{ offers: new Set(['ice-tcp'] as const) },
      ...(version !== undefined && { version }),
    }),
  );
  // TURN is looked at through the node that is named first.
  const known = ['--redis', redis.url, '--node', `node-1=${server.metricsUrl}`];
  return { call: { args: [...args, ...known], env }, second };
};

const turnServers = (list: object[]): Planted => ({
  options: { offers: new Set(['ice-tcp'] as const) },
  config: { rtc: { turn_servers: list } },
});

const freePort = async (): Promise<number> => (await findFreePorts('127.0.0.1', 1)).http;

/** One node with Redis, as livekit-server needs it for SIP. */
const withSip = async (parts: Parts): Promise<{ call: Call; sip: SipClient }> => {
  const redis = parts.use(await startRedis());
  const address = redis.url.replace('redis://', '');
  const { server, ...call } = await single(parts, { config: { redis: { address } } });
  return { call, sip: new SipClient(server.httpUrl, server.apiKey, server.apiSecret) };
};

/** Settings of coturn that deny everything but loopback. */
const CLOSED = [
  'allow-loopback-peers',
  'denied-peer-ip=0.0.0.0-126.255.255.255',
  'denied-peer-ip=128.0.0.0-255.255.255.255',
];

export const MISCONFIGURATIONS: readonly Misconfiguration[] = [
  {
    ...{ name: 'the name is not published', finds: 'dns', severity: 'error', exit: 3 },
    plant: async (parts) => {
      const names = parts.use(await startNameServer(scratch(), () => 'nxdomain'));
      const { args, env } = await single(parts, { host: 'livekit.swarm.test' });
      return { args, env, wrapper: names.through };
    },
  },
  {
    ...{ name: 'the name has a dead address', finds: 'addresses', severity: 'error', exit: 3 },
    plant: async (parts) => {
      const { args, env } = await single(parts, { host: 'livekit.swarm.test' });
      const hosts = join(scratch(), 'hosts');
      writeFileSync(hosts, '127.0.0.1 livekit.swarm.test\n127.0.0.9 livekit.swarm.test\n');
      const mount = 'mount --bind "$0" /etc/hosts && exec "$@"';
      return { args, env, wrapper: ['unshare', '--mount', 'sh', '-c', mount, hosts] };
    },
  },
  {
    ...{ name: 'the certificate has expired', finds: 'tls', severity: 'error', exit: 3 },
    plant: (parts) => single(parts, { certificate: { days: -1 } }),
  },
  {
    ...{ name: 'the certificate is for another name', finds: 'tls', severity: 'error', exit: 3 },
    plant: (parts) => single(parts, { certificate: { names: ['DNS:livekit.example.com'] } }),
  },
  {
    ...{ name: 'the certificate expires in a week', finds: 'tls', severity: 'warning', exit: 0 },
    plant: (parts) => single(parts, { certificate: { days: 7 } }),
  },
  {
    ...{ name: 'the clock of the proxy is wrong', finds: 'clock', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { front: { clockAheadSeconds: 120 } }),
  },
  {
    ...{ name: 'the clock of this host is behind', finds: 'clock', severity: 'warning', exit: 0 },
    plant: async (parts) => {
      // Less than a minute: tokens are valid all the same.
      const clock = steppingClock(-20_000, scratch());
      clock.step();
      return single(parts, { env: clock.env });
    },
  },
  {
    ...{ name: 'the secret is another', finds: 'admission', severity: 'error', exit: 3 },
    plant: (parts) =>
      single(parts, { env: { LIVEKIT_API_SECRET: generateCredentials().apiSecret } }),
  },
  {
    ...{ name: 'the proxy does not upgrade', finds: 'websocket', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { front: { dropsUpgrade: true } }),
  },
  {
    ...{ name: 'sample keys', finds: 'keys', severity: 'error', exit: 99 },
    plant: (parts) =>
      single(parts, { options: { credentials: { apiKey: 'devkey', apiSecret: 'secret' } } }),
  },
  {
    ...{ name: 'a node hangs', finds: 'nodes', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const { call, second } = await withSecond(parts, undefined);
      process.kill(second.pid, 'SIGSTOP');
      parts.defer(() => void process.kill(second.pid, 'SIGCONT'));
      return call;
    },
  },
  {
    ...{ name: 'nodes of two versions', finds: 'versions', severity: 'warning', exit: 0 },
    plant: async (parts) => (await withSecond(parts, '1.11.0')).call,
  },
  {
    ...{ name: 'a node with another Redis', finds: 'registry', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const redis = parts.use(await startRedis());
      return single(parts, { args: ['--redis', redis.url] });
    },
  },
  {
    ...{ name: 'nodes without a Redis', finds: 'split-brain', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const credentials = generateCredentials();
      const other = parts.use(await startLiveKit({ dir: scratch(), udpPorts: 1, credentials }));
      const own = parts.use(await startLiveKit({ dir: scratch(), udpPorts: 1, credentials }));
      const backends = [own.ports.http, other.ports.http];
      return single(parts, { options: { credentials }, front: { backends } });
    },
  },
  {
    ...{ name: 'rooms for one', finds: 'limits', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { config: { room: { max_participants: 1 } } }),
  },
  {
    ...{ name: 'another address is announced', finds: 'candidates', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { config: { rtc: { node_ip: '10.255.255.1' } } }),
  },
  {
    ...{ name: 'an address that is not allowed', finds: 'candidates', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { args: ['--announced', '198.51.100.0/24'] }),
  },
  {
    ...{ name: 'a firewall drops UDP', finds: 'udp', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const port = await freePort();
      // What TURN sends to the node is not from a participant: its ports are above those of this host's sockets.
      await startTurnServer(HERE, port, [...CLOSED, 'min-port=61001', 'max-port=61200']);
      const own = { host: '127.0.0.1', port, protocol: 'tcp', ...credentialUntil(inTenMinutes()) };
      const { server, ...call } = await single(parts, turnServers([own]));
      const { release } = await holdTable(
        [],
        'swarm_verify',
        `chain input { type filter hook input priority 0; policy accept; udp sport < 61000 udp dport ${server.ports.udpFirst} drop; }`,
      );
      parts.defer(release);
      return call;
    },
  },
  {
    ...{ name: 'no ICE/TCP', finds: 'ice-tcp', severity: 'warning', exit: 0 },
    plant: (parts) =>
      single(parts, { options: { offers: new Set(['turn-udp', 'turn-tls'] as const) } }),
  },
  {
    ...{ name: 'no TURN', finds: 'turn', severity: 'warning', exit: 0 },
    plant: (parts) => single(parts, { options: { offers: new Set(['ice-tcp'] as const) } }),
  },
  {
    ...{ name: 'TURN refuses the credentials', finds: 'turn', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const port = await freePort();
      await startTurnServer(HERE, port, CLOSED);
      const { username } = credentialUntil(inTenMinutes());
      const wrong = { host: '127.0.0.1', port, protocol: 'tcp', username, credential: 'wrong' };
      return single(parts, turnServers([wrong]));
    },
  },
  {
    ...{ name: 'the certificate of TURN', finds: 'turn-tls', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const port = await freePort();
      await startTurnServer(HERE, port, CLOSED);
      const authority = await createAuthority(join(scratch(), 'turn'));
      const expired = await certificate(authority, 'turn', { days: -1 });
      const tls = createServer(expired, (client) => {
        const behind = connect(port, '127.0.0.1');
        client.pipe(behind).pipe(client);
        for (const socket of [client, behind]) socket.on('error', () => client.destroy());
      });
      tls.listen(0, '127.0.0.1');
      await once(tls, 'listening');
      parts.defer(() => void tls.close());
      const host = '127.0.0.1';
      const { port: secure } = tls.address() as AddressInfo;
      const credentials = credentialUntil(inTenMinutes());
      return single(parts, turnServers([{ host, port: secure, protocol: 'tls', ...credentials }]));
    },
  },
  {
    ...{ name: 'TURN relays anywhere', finds: 'turn-relay', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const port = await freePort();
      await startTurnServer(HERE, port, ['allow-loopback-peers']);
      const credentials = credentialUntil(inTenMinutes());
      return single(
        parts,
        turnServers([{ host: '127.0.0.1', port, protocol: 'tcp', ...credentials }]),
      );
    },
  },
  {
    ...{ name: 'the proxy shows metrics', finds: 'metrics-port', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const first = await single(parts);
      const { apiKey, apiSecret, ports } = first.server;
      const front = parts.use(
        await openFront({ backends: [ports.http], metricsPort: ports.metrics }),
      );
      const env = { LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret };
      return { args: first.args, env: { ...env, LIVEKIT_URL: `ws://127.0.0.1:${front.port}` } };
    },
  },
  {
    ...{ name: 'development mode', finds: 'profiler', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { config: { development: true } }),
  },
  {
    ...{ name: 'an open Redis', finds: 'redis-port', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const redis = parts.use(await startRedis());
      return single(parts, { args: ['--closed-port', new URL(redis.url).port] });
    },
  },
  {
    ...{ name: 'users are administrators', finds: 'token', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const token = new AccessToken('key', 'secret', { identity: 'user', ttl: 600 });
      token.addGrant({ roomJoin: true, room: 'a', roomAdmin: true });
      return single(parts, { env: { SWARM_TOKEN: await token.toJwt() } });
    },
  },
  {
    ...{ name: 'the token endpoint', finds: 'token-endpoint', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const server = createHttpServer((_request, response) => response.writeHead(401).end());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      parts.defer(() => void server.close());
      const { port } = server.address() as AddressInfo;
      return single(parts, { args: ['--token-endpoint', `http://127.0.0.1:${port}/token`] });
    },
  },
  {
    ...{ name: 'no webhooks', finds: 'webhooks', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const port = await freePort();
      return single(parts, { args: ['--webhook-port', String(port)] });
    },
  },
  {
    ...{ name: 'no agent', finds: 'agents', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { args: ['--agent', 'helper'] }),
  },
  {
    ...{ name: 'a SIP trunk for every caller', finds: 'sip-trunks', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const { call, sip } = await withSip(parts);
      const allowedAddresses = ['0.0.0.0/0'];
      const { sipTrunkId } = await sip.createSipInboundTrunk('trial', [], { allowedAddresses });
      const perCall = { type: 'individual', roomPrefix: 'call' } as const;
      await sip.createSipDispatchRule(perCall, { trunkIds: [sipTrunkId] });
      return call;
    },
  },
  {
    ...{ name: 'a SIP trunk without a rule', finds: 'sip-rules', severity: 'error', exit: 99 },
    plant: async (parts) => {
      const { call, sip } = await withSip(parts);
      const allowedAddresses = ['198.51.100.7/32'];
      await sip.createSipInboundTrunk('carrier', ['+12025550100'], { allowedAddresses });
      return call;
    },
  },
  {
    ...{ name: 'the proxy closes idle tunnels', finds: 'idle', severity: 'error', exit: 99 },
    plant: (parts) => single(parts, { front: { idleMs: 2_000 }, args: ['--idle', '6s'] }),
  },
  {
    ...{ name: 'a reload ends connections', finds: 'reload', severity: 'error', exit: 99 },
    plant: (parts) => behindHaproxy(parts, ['hard-stop-after 1s']),
  },
];
