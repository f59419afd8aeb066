import { join } from 'node:path';
import { type Cluster, generateCredentials } from '@livekit-swarm/lab';
import { SITE_NAMES } from '../drill/schema/target.ts';
import { openClustersPlatform } from '../targets/process.ts';
import { type Site, startSiteRouter } from './site-router.ts';

/**
 * Starts clusters as the sites of one deployment, each with its own Redis and load balancer, and a
 * token endpoint that sends users to the first site that is up.
 * @param start starts the cluster of one site with these credentials in a folder
 */
export const startSites = async (
  count: number,
  dir: string,
  start: (options: {
    dir: string;
    credentials: ReturnType<typeof generateCredentials>;
  }) => Promise<Cluster>,
) => {
  const credentials = generateCredentials();
  await using stack = new AsyncDisposableStack();
  const clusters: { site: string; cluster: Cluster }[] = [];
  for (const site of SITE_NAMES.slice(0, count))
    clusters.push({
      site,
      cluster: stack.use(await start({ dir: join(dir, site), credentials })),
    });
  const [first, ...others] = clusters.map(
    ({ site, cluster }): Site => ({ name: site, url: cluster.url, httpUrl: cluster.httpUrl }),
  );
  const [home] = clusters;
  if (first === undefined || home === undefined) throw new RangeError('no site');
  const moves = new Set<(to: string) => void>();
  const router = stack.use(
    await startSiteRouter({
      ...credentials,
      sites: [first, ...others],
      onMove: (to) => {
        for (const listener of moves) listener(to);
      },
    }),
  );
  const ending = stack.move();
  return {
    platform: openClustersPlatform(clusters),
    name: 'lab',
    isLab: true,
    url: first.url,
    ...credentials,
    redisUrl: home.cluster.redisUrl,
    loadBalancerMetricsUrl: null,
    prometheusUrl: null,
    nodeMetrics: clusters.flatMap(({ site, cluster }) =>
      cluster.nodes.map(({ name, metricsUrl }) => ({ name: `${site}-${name}`, url: metricsUrl })),
    ),
    users: {
      endpoint: router.url,
      servers: others.map(({ url }) => url),
      url: () => router.active().url,
      onMove: (listener: (to: string) => void): void => void moves.add(listener),
    },
    [Symbol.asyncDispose]: (): Promise<void> => ending.disposeAsync(),
  };
};
