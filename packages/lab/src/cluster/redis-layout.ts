import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Authority } from '../authority.ts';
import type { LiveKitConfig } from '../server/config.ts';
import type { ClusterPorts } from './cluster-ports.ts';
import type { RedisSetup } from './redis-setup.ts';
import type { ServiceSpec } from './service-spec.ts';
import { type RedisAccount, type RedisCertificate, redis } from './services/redis.ts';
import { sentinel } from './services/sentinel.ts';

/** Server of a lab's Redis, or one of its Sentinels. */
export interface RedisServer {
  /** Name of its service: `redis`, `redis-2`, `sentinel-1`. */
  name: string;
  port: number;
}

/** Redis of a lab. */
export interface RedisLayout {
  /**
   * URL with password: `redis://…`, `rediss://…` with TLS, `redis+sentinel://…` with the addresses
   * of Sentinels.
   */
  url: string;
  /** Servers with data; the first is the primary at the start. */
  servers: readonly RedisServer[];
  /** Empty: no failover. */
  sentinels: readonly RedisServer[];
  account: RedisAccount;
  /** Path of the CA's certificate (PEM) that clients need; null: without TLS. */
  authorityFile: string | null;
  /** Services in waves: those of a wave start together. */
  waves: readonly ServiceSpec[][];
  /** Part of a node's configuration. @param host address of Redis that only this node uses */
  nodeConfig(host: string | null): LiveKitConfig;
  /** Further files in a node's folder, which that part names. */
  nodeFiles: Readonly<Record<string, string>>;
}

export interface RedisLayoutOptions {
  dir: string;
  setup: RedisSetup;
  ports: ClusterPorts;
  /** Addresses of Redis that nodes use, besides 127.0.0.1. */
  addresses: readonly string[];
  /** CA of the lab; null: without TLS. */
  authority: Authority | null;
}

/** Name of the servers that Sentinels watch together. */
const MASTER_NAME = 'lab';
const SENTINELS = 3;
/** Name of the CA's certificate in the folder of a node. */
const AUTHORITY_FILE = 'redis-ca.crt';

/**
 * Chooses the ports of Redis and describes its services; starts nothing.
 * @throws SwarmError `no_program`, `no_ports`, `no_certificates`
 */
export const layOutRedis = async (options: RedisLayoutOptions): Promise<RedisLayout> => {
  const { dir, setup, ports, addresses, authority } = options;
  const { username, valkey, persistent, database } = setup;
  const account: RedisAccount = { username, password: randomBytes(24).toString('hex') };
  const certificate = authority === null ? null : await certificateOf(authority, addresses);
  const common = { dir, account, valkey, persistent, certificate, addresses };
  const authorityFile = authority?.certificate.cert ?? null;
  const tls = certificate === null ? {} : { tls: { enabled: true, ca_cert_file: AUTHORITY_FILE } };
  const nodeAccount = {
    password: account.password,
    ...(username === null ? {} : { username }),
    ...(database === 0 ? {} : { db: database }),
    ...tls,
  };
  const nodeFiles: Record<string, string> =
    certificate === null ? {} : { [AUTHORITY_FILE]: certificate.authority };
  const scheme = certificate === null ? 'redis' : 'rediss';
  const login = `${username ?? ''}:${account.password}`;
  const path = database === 0 ? '' : `/${database}`;
  const port = await ports.tcp();
  const shared = { account, authorityFile, nodeFiles };

  if (!setup.sentinel) {
    return {
      ...shared,
      url: `${scheme}://${login}@127.0.0.1:${port}${path}`,
      servers: [{ name: 'redis', port }],
      sentinels: [],
      waves: [[await redis({ ...common, name: 'redis', port, replication: null })]],
      nodeConfig: (host) => ({ address: `${host ?? '127.0.0.1'}:${port}`, ...nodeAccount }),
    };
  }

  const servers: RedisServer[] = [
    { name: 'redis-1', port },
    { name: 'redis-2', port: await ports.tcp() },
  ];
  const sentinels: RedisServer[] = [];
  for (let number = 1; number <= SENTINELS; number++)
    sentinels.push({ name: `sentinel-${number}`, port: await ports.tcp() });
  const dataWaves = servers.map(async (server, index) => [
    await redis({
      ...common,
      ...server,
      addresses: [],
      replication: { primaryPort: index === 0 ? null : port, source: sourceOf(index) },
    }),
  ]);
  const watchers = sentinels.map((server, index) =>
    sentinel({
      ...common,
      ...server,
      masterName: MASTER_NAME,
      primaryPort: port,
      source: sourceOf(servers.length + index),
    }),
  );
  const [first = '', ...others] = sentinels.map((one) => `127.0.0.1:${one.port}`);
  const query = new URLSearchParams({ master: MASTER_NAME });
  for (const address of others) query.append('sentinel', address);
  return {
    ...shared,
    url: `${scheme}+sentinel://${login}@${first}${path}?${query}`,
    servers,
    sentinels,
    // A Sentinel asks for replicas when it starts, and then only every ten seconds.
    waves: [...(await Promise.all(dataWaves)), await Promise.all(watchers)],
    nodeConfig: () => ({
      sentinel_master_name: MASTER_NAME,
      sentinel_addresses: sentinels.map((one) => `127.0.0.1:${one.port}`),
      sentinel_password: account.password,
      ...nodeAccount,
    }),
  };
};

/**
 * Source address of a server's connections to others: Linux has all of 127.0.0.0/8 on loopback,
 * other systems only 127.0.0.1.
 */
const sourceOf = (index: number): string | null =>
  process.platform === 'linux' ? `127.0.2.${index + 1}` : null;

const certificateOf = async (
  authority: Authority,
  addresses: readonly string[],
): Promise<RedisCertificate> => {
  const { cert, key } = await authority.sign({
    name: 'redis',
    subject: '/CN=redis',
    usage: 'serverAuth,clientAuth',
    names: ['127.0.0.1', ...addresses].map((address) => `IP:${address}`),
  });
  return {
    cert: await readFile(cert, 'utf8'),
    key: await readFile(key, 'utf8'),
    authority: await readFile(authority.certificate.cert, 'utf8'),
  };
};
