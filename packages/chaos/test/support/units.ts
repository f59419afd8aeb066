import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import { createClusterPorts, generateCredentials, provisionLiveKit } from '@livekit-swarm/lab';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { DeploymentEndpoints } from '../../src/execute/deployment.ts';
import type { Platform } from '../../src/targets/platform.ts';
import { haproxyConfig } from './haproxy-config.ts';
import type { SshHost } from './ssh-host.ts';

/**
 * Adds `livekit-1` to `livekit-N`, `redis` and `haproxy` as units, none of them started.
 * @returns their endpoints
 */
export const addUnits = async (host: SshHost, nodes: number): Promise<DeploymentEndpoints> => {
  const { path } = await provisionLiveKit();
  const { apiKey, apiSecret } = generateCredentials();
  const ports = createClusterPorts();
  const shared = await findFreePorts('127.0.0.1', 1);
  const redisPort = await ports.tcp();
  const redis = `127.0.0.1:${redisPort}`;
  await host.addUnit(
    'redis.service',
    ['/usr/bin/redis-server', '--bind', '127.0.0.1', '--port', `${redisPort}`, '--save', ''],
    'always',
  );
  const backends: string[] = [];
  for (let number = 1; number <= nodes; number++) {
    const name = `livekit-${number}`;
    const { http, metrics, udpFirst, udpLast } = await findFreePorts('127.0.0.1', 4);
    const config = join(host.dir, `it's ${name}.yaml`);
    const rtc = {
      tcp_port: await ports.tcp(),
      udp_port: `${udpFirst}-${udpLast}`,
      node_ip: '127.0.0.1',
      use_external_ip: false,
    };
    await writeFile(
      config,
      stringify({
        port: http,
        bind_addresses: ['127.0.0.1'],
        prometheus: { port: metrics },
        redis: { address: redis },
        keys: { [apiKey]: apiSecret },
        rtc: { ...rtc, enable_loopback_candidate: true, interfaces: { includes: ['lo'] } },
      }),
      { mode: 0o600 },
    );
    await host.addUnit(`${name}.service`, [path, '--config', config]);
    backends.push(`server ${name}.service 127.0.0.1:${http} check`);
  }
  const balancer = join(host.dir, 'haproxy.cfg');
  await writeFile(balancer, haproxyConfig(shared.http, shared.metrics, backends));
  await host.addUnit('haproxy.service', ['/usr/sbin/haproxy', '-db', '-f', balancer]);
  return {
    url: `ws://127.0.0.1:${shared.http}`,
    apiKey,
    apiSecret,
    redisUrl: `redis://${redis}`,
    loadBalancerMetricsUrl: `http://127.0.0.1:${shared.metrics}/metrics`,
  };
};

type Units = Pick<Platform, 'components' | 'start'>;

/** Returns true if the load balancer answers, and every node is registered. */
export const areHealthy = async (target: Units, { url }: DeploymentEndpoints): Promise<boolean> =>
  (await fetch(url.replace('ws', 'http')).catch(() => null))?.ok === true &&
  (await target.components()).every(({ kind, nodeId }) => kind !== 'node' || nodeId !== null);

/** Starts all units, and waits until they are healthy. */
export const startUnits = async (target: Units, endpoints: DeploymentEndpoints): Promise<void> => {
  // Nodes exit without Redis.
  const first = (await target.components()).find(({ kind }) => kind === 'redis');
  if (first !== undefined) await target.start(first);
  await Promise.all((await target.components()).map((member) => target.start(member)));
  await expect.poll(() => areHealthy(target, endpoints), { timeout: 20_000 }).toBe(true);
};
