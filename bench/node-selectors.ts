/**
 * `node bench/node-selectors.ts [--repeats 3]`: how the node selectors of livekit-server spread
 * rooms over three nodes, as JSON lines. A storm starts 60 rooms within half a second. A rolling
 * deployment restarts each node in turn, once its rooms have ended, while three rooms start per
 * second. `busiest` is the share of the busiest node: 0.33 is even, 1 is all rooms on one node.
 * Needs redis-server and haproxy.
 *
 * Selectors that look at the load of a machine (`cpuload`, `sysload`) cannot be compared here,
 * because the three nodes share one.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Cluster, type LiveKitConfig, startCluster } from '@livekit-swarm/lab';
import { swarmRun } from './swarm-run.ts';

const { values } = parseArgs({ options: { repeats: { type: 'string', default: '3' } } });

const SELECTORS: readonly LiveKitConfig[] = [
  { kind: 'any', sort_by: 'random', algorithm: 'lowest' },
  { kind: 'any', sort_by: 'rooms', algorithm: 'lowest' },
  { kind: 'any', sort_by: 'rooms', algorithm: 'twochoice' },
  { kind: 'any', sort_by: 'tracks', algorithm: 'lowest' },
  { kind: 'any', sort_by: 'tracks', algorithm: 'twochoice' },
];
const NODES = 3;

/** Number of rooms of each node that answers, in one second. */
type Second = readonly number[];

const roomsOf = async (metricsUrl: string): Promise<number | null> => {
  try {
    const text = await (await fetch(metricsUrl, { signal: AbortSignal.timeout(900) })).text();
    return Number(/^livekit_room_total\S* (\S+)$/m.exec(text)?.[1] ?? 0);
  } catch {
    return null;
  }
};

/** Reads the nodes until `job` has ended. */
const during = async (cluster: Cluster, job: Promise<unknown>): Promise<Second[]> => {
  const seconds: Second[] = [];
  const done = job.then(() => true);
  do {
    const rooms = await Promise.all(cluster.nodes.map(({ metricsUrl }) => roomsOf(metricsUrl)));
    seconds.push(rooms.filter((one) => one !== null));
  } while (!(await Promise.race([done, sleep(1_000, false)])));
  return seconds;
};

const total = (rooms: Second): number => rooms.reduce((sum, one) => sum + one, 0);
const busiest = (rooms: Second): number => Math.max(...rooms) / total(rooms);

const load = (cluster: Cluster, flags: readonly string[]) => {
  process.env.LIVEKIT_URL = cluster.url;
  process.env.LIVEKIT_API_KEY = cluster.apiKey;
  process.env.LIVEKIT_API_SECRET = cluster.apiSecret;
  return swarmRun(flags);
};

const storm = async (cluster: Cluster): Promise<number> => {
  const flags = ['--rooms', '60', '--participants', '1', '--join-rate', '120', '--duration', '8s'];
  const seconds = await during(cluster, load(cluster, flags));
  const [most] = seconds.toSorted((a, b) => total(b) - total(a));
  return busiest(most ?? []);
};

const ARRIVALS = `scenario: arrivals
groups:
  calls:
    executor: constant-arrival-rate
    rate: 3
    timeUnit: 1s
    duration: 60s
    roomDuration: { uniform: [7s, 10s] }
    maxRooms: 100
    roles: { caller: { count: 1, publish: [audio] } }
`;

/** Mean over the seconds from the first restart to the last. */
const rollingDeployment = async (cluster: Cluster, dir: string): Promise<number> => {
  const file = join(dir, 'arrivals.yaml');
  writeFileSync(file, ARRIVALS);
  const arrivals = load(cluster, ['run', file]);
  await sleep(15_000);
  const restarts = async (): Promise<void> => {
    for (const { name } of cluster.nodes) {
      const node = cluster.service(name);
      // The node accepts no new rooms, and ends when its participants have left.
      node.signal('SIGTERM');
      await node.ended();
      await node.start();
    }
  };
  const seconds = await during(cluster, restarts());
  await arrivals;
  const shares = seconds.filter((rooms) => total(rooms) > 0).map(busiest);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
};

for (let repeat = 1; repeat <= Number(values.repeats); repeat++)
  for (const selector of SELECTORS) {
    const dir = mkdtempSync(join(tmpdir(), 'swarm-selectors-'));
    try {
      await using cluster = await startCluster({
        dir: join(dir, 'cluster'),
        nodes: NODES,
        with: ['haproxy'],
        config: { node_selector: selector, room: { departure_timeout: 1, empty_timeout: 1 } },
      });
      const inStorm = await storm(cluster);
      await sleep(5_000);
      const inRollingDeployment = await rollingDeployment(cluster, dir);
      console.log(
        JSON.stringify({ repeat, ...selector, busiest: { inStorm, inRollingDeployment } }),
      );
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
