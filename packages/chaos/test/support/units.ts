import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import { createClusterPorts, generateCredentials, provisionLiveKit } from '@livekit-swarm/lab';
import { stringify } from 'yaml';
import type { DeploymentEndpoints } from '../../src/execute/deployment.ts';
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
