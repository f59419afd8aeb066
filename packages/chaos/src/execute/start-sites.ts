import { join } from 'node:path';
import { type Cluster, generateCredentials } from '@livekit-swarm/lab';
import { useNameServer } from '@livekit-swarm/livekit';
import type { Drill } from '../drill/drill.ts';
import { SITE_NAMES } from '../drill/schema/target.ts';
import { openClustersPlatform } from '../targets/process.ts';
import { type NameService, startNameService } from './name-service.ts';
import { type Site, startSiteRouter } from './site-router.ts';

/**
 * Starts clusters as the sites of one deployment, each with its own Redis and load balancer, and a
 * token endpoint or a name server that sends users to the first site that is up.
 * @param start starts the cluster of one site with these credentials in a folder
 * @param stop aborted: a service that ends at once is not started again
 */
export const startSites = async (
  { sites: count, dnsTtlMs }: Pick<Drill['lab'], 'sites' | 'dnsTtlMs'>,
  dir: string,
  start: (options: {
    dir: string;
    credentials: ReturnType<typeof generateCredentials>;
  }) => Promise<Cluster>,
  stop?: AbortSignal,
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
  const names =
    dnsTtlMs === null ? undefined : stack.use(await nameOf([first, ...others], dnsTtlMs));
  if (names !== undefined) {
    moves.add((to) => void names.control.move(to === first.name ? 'first' : 'second', null));
    useNameServer(names.server);
    stack.defer(() => useNameServer(null));
  }
  const ending = stack.move();
  return {
    platform: openClustersPlatform(clusters, stop),
    name: 'lab',
    isLab: true,
    url: names?.url ?? first.url,
    // The API is asked at the load balancer itself.
    apiUrl: first.httpUrl,
    ...credentials,
    redisUrl: home.cluster.redisUrl,
    loadBalancerMetricsUrl: null,
    prometheusUrl: null,
    nodeMetrics: clusters.flatMap(({ site, cluster }) =>
      cluster.nodes.map(({ name, metricsUrl }) => ({ name: `${site}-${name}`, url: metricsUrl })),
    ),
    nodeLogs: clusters.flatMap(({ site, cluster }) =>
      cluster.nodes.map(({ name, logFile: file }) => ({ node: `${site}-${name}`, file })),
    ),
    ...(names !== undefined && { names }),
    users: {
      endpoint:
        names === undefined ? { url: router.url, servers: others.map(({ url }) => url) } : null,
      url: () => names?.url ?? router.active().url,
      apiUrl: () => router.active().httpUrl,
      onMove: (listener: (to: string) => void): void => void moves.add(listener),
    },
    [Symbol.asyncDispose]: (): Promise<void> => ending.disposeAsync(),
  };
};

/** Starts the name of two sites. */
const nameOf = (
  [{ url: first }, second]: readonly [Site, ...Site[]],
  ttlMs: number,
): Promise<NameService> => {
  if (second === undefined) throw new RangeError('one site has no other');
  return startNameService({ first, second: second.url }, ttlMs);
};
