import { findFreePorts } from '@livekit-swarm/host';
import { createClusterPorts, generateCredentials, provisionLiveKit } from '@livekit-swarm/lab';
import { buildImage } from '@livekit-swarm/testkit/docker/build-image';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { stringify } from 'yaml';
import type { dockerDeployment } from '../../src/execute/deployment.ts';
import { haproxyConfig } from './haproxy-config.ts';

/** Builds images from programs of this host. */
export const buildImages = async (engine: DockerEngine): Promise<void> => {
  const { path } = await provisionLiveKit();
  await Promise.all([
    buildImage(engine, {
      name: 'test/livekit:1',
      programs: { '/livekit-server': path },
      entrypoint: ['/livekit-server'],
    }),
    buildImage(engine, {
      name: 'test/redis:1',
      programs: { '/redis-server': '/usr/bin/redis-server' },
      entrypoint: ['/redis-server'],
    }),
    buildImage(engine, {
      name: 'test/busybox:1',
      programs: { '/bin/busybox': '/bin/busybox' },
      entrypoint: ['/bin/busybox'],
    }),
  ]);
};

interface Containers {
  deployment: Parameters<typeof dockerDeployment>[0];
  /**
   * First and last UDP port that each node may open, by node name. livekit-server opens at most one
   * per core.
   */
  udp: ReadonlyMap<string, readonly [number, number]>;
}

/** Starts nodes, Redis and a load balancer, each a container in the host's network, on loopback. */
export const startContainers = async (
  engine: DockerEngine,
  nodes: number,
  drill: string,
): Promise<Containers> => {
  const { apiKey, apiSecret } = generateCredentials();
  const shared = await findFreePorts('127.0.0.1', 1);
  const ports = createClusterPorts();
  const redis = await ports.tcp();
  const run = (
    name: string,
    labels: Record<string, string>,
    args: readonly string[],
    env: Record<string, string> = {},
  ) =>
    engine.docker([
      ...[
        'run',
        '--detach',
        '--network',
        'host',
        '--name',
        `${drill}-${name}`,
        '--restart',
        'always',
      ],
      ...Object.entries({ drill, name, ...labels }).flatMap(([key, value]) => [
        '--label',
        `swarm.${key}=${value}`,
      ]),
      ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      ...args,
    ]);
  await run('redis', { component: 'redis', address: '127.0.0.1', tcp: `${redis}` }, [
    ...['test/redis:1', '--bind', '127.0.0.1', '--port', `${redis}`, '--save', ''],
  ]);
  const backends: string[] = [];
  const udp = new Map<string, readonly [number, number]>();
  for (let number = 1; number <= nodes; number++) {
    const name = `node-${number}`;
    const { http, metrics, udpFirst, udpLast } = await findFreePorts('127.0.0.1', 4);
    const tcp = await ports.tcp();
    const config = {
      port: http,
      bind_addresses: ['127.0.0.1'],
      prometheus: { port: metrics },
      redis: { address: `127.0.0.1:${redis}` },
      rtc: {
        node_ip: '127.0.0.1',
        use_external_ip: false,
        enable_loopback_candidate: true,
        interfaces: { includes: ['lo'] },
        tcp_port: tcp,
        udp_port: `${udpFirst}-${udpLast}`,
      },
      logging: { level: 'info', json: true, pion_level: 'error' },
    };
    await run(
      name,
      // The last node has no labels: its ports are discovered, and only its log contains its ID.
      number === nodes
        ? { component: 'node' }
        : {
            component: 'node',
            address: '127.0.0.1',
            udp: `${udpFirst}-${udpLast}`,
            tcp: `${http},${tcp}`,
            metrics: `http://127.0.0.1:${metrics}/metrics`,
          },
      ['test/livekit:1'],
      { LIVEKIT_CONFIG: stringify(config), LIVEKIT_KEYS: `${apiKey}: ${apiSecret}` },
    );
    udp.set(name, [udpFirst, udpLast]);
    backends.push(`server ${name} 127.0.0.1:${http} check`);
  }
  await buildImage(engine, {
    name: 'test/haproxy-configured:1',
    programs: { '/haproxy': '/usr/sbin/haproxy' },
    texts: { '/haproxy.cfg': haproxyConfig(shared.http, shared.metrics, backends) },
    entrypoint: ['/haproxy', '-db', '-f', '/haproxy.cfg'],
  });
  await run(
    'haproxy',
    { component: 'load-balancer', address: '127.0.0.1', tcp: `${shared.http}` },
    ['test/haproxy-configured:1'],
  );
  const deployment: Parameters<typeof dockerDeployment>[0] = {
    host: `unix://${engine.socketPath}`,
    label: `swarm.drill=${drill}`,
    components: {},
    url: `ws://127.0.0.1:${shared.http}`,
    apiKey,
    apiSecret,
    redisUrl: `redis://127.0.0.1:${redis}`,
    loadBalancerMetricsUrl: `http://127.0.0.1:${shared.metrics}/metrics`,
  };
  return { deployment, udp };
};
