import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { allGone } from '@livekit-swarm/testkit/processes';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { beforeEach, describe, expect, test } from 'vitest';
import { OPTIONAL_SERVICES } from '../src/cluster/optional-services.ts';
import { type Cluster, startCluster } from '../src/cluster/start-cluster.ts';

await skipWithout(
  'redis',
  'haproxy',
  'prometheus',
  'alertmanager',
  'node-exporter',
  'redis-exporter',
  'coturn',
);

/** Ingress must be built, and has a test of its own. */
const SERVICES = OPTIONAL_SERVICES.filter((one) => one !== 'ingress');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-cluster-'));
});

const pidsOf = (cluster: Cluster): number[] =>
  cluster.services.flatMap(({ pid }) => (pid === null ? [] : [pid]));

const statusOf = async (url: string): Promise<number> =>
  fetch(url, { signal: AbortSignal.timeout(3_000) }).then(
    (response) => response.status,
    () => 0,
  );

/** Result of an instant query to Prometheus: a value for each set of labels. */
const query = async (cluster: Cluster, expression: string): Promise<Map<string, number>> => {
  const response = await fetch(
    `${cluster.prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}`,
  );
  const body = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return new Map(
    body.data.result.map(({ metric, value }) => [
      metric.node ?? metric.job ?? '',
      Number(value[1]),
    ]),
  );
};

const eventually = async (holds: () => Promise<boolean>, ms: number): Promise<boolean> => {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await holds()) return true;
    await sleep(200);
  }
  return false;
};

describe('a cluster of three with everything', () => {
  test('starts, is scraped, survives the loss of its parts, and leaves nothing behind', async () => {
    const ended: string[] = [];
    const cluster = await startCluster({
      dir,
      nodes: 3,
      with: SERVICES,
      intervalSeconds: 1,
      onEnd: (name) => ended.push(name),
    });
    const pids = pidsOf(cluster);
    try {
      expect(pids).toHaveLength(3 + SERVICES.length);
      expect(await statusOf(cluster.httpUrl)).toBe(200);
      const jobs = ['livekit', 'haproxy', 'node', 'redis', 'alertmanager', 'prometheus'];
      expect(
        await eventually(
          async () => (await query(cluster, 'min by (job) (up)')).size === jobs.length,
          20_000,
        ),
      ).toBe(true);
      expect(new Set((await query(cluster, 'min by (job) (up) == 1')).keys())).toEqual(
        new Set(jobs),
      );
      expect(
        await eventually(
          async () => (await query(cluster, 'livekit_room_total')).size === 3,
          10_000,
        ),
      ).toBe(true);

      // A node is killed: Prometheus and the load balancer notice, the other nodes continue, and it
      // can be started again at its address.
      const node = cluster.service('node-2');
      node.signal('SIGKILL');
      await node.ended();
      expect(ended).toEqual(['node-2']);
      expect(
        await eventually(
          async () => (await query(cluster, 'up{job="livekit"} == 0')).has('node-2'),
          15_000,
        ),
      ).toBe(true);
      expect(await eventually(async () => (await statusOf(cluster.httpUrl)) === 200, 5_000)).toBe(
        true,
      );
      await node.start();
      expect(
        await eventually(
          async () => (await query(cluster, 'up{job="livekit"} == 1')).size === 3,
          15_000,
        ),
      ).toBe(true);

      // Without Redis no node accepts a join: LiveKit answers 406, and the load balancer has no
      // backend left.
      await cluster.service('redis').stop();
      expect(
        await eventually(
          async () => (await statusOf(`${cluster.nodes[0]?.httpUrl}/`)) === 406,
          15_000,
        ),
      ).toBe(true);
      expect(await eventually(async () => (await statusOf(cluster.httpUrl)) === 503, 15_000)).toBe(
        true,
      );
      await cluster.service('redis').start();
      expect(await eventually(async () => (await statusOf(cluster.httpUrl)) === 200, 20_000)).toBe(
        true,
      );
      for (const { logFile } of cluster.services)
        expect(await readFile(logFile, 'utf8')).not.toContain(cluster.apiSecret);
    } finally {
      await cluster.stop();
    }
    expect(ended).toEqual(['node-2']);
    expect(await allGone([...pids, ...pidsOf(cluster)])).toBe(true);
  });
});

test('an additional program that does not start ends the others', async () => {
  const started: string[] = [];
  const bad = startCluster({
    dir,
    nodes: 1,
    with: ['redis'],
    config: { no_such_setting: true },
    onProgress: (line) => started.push(line),
  });
  await expect(bad).rejects.toBeInstanceOf(SwarmError);
  await expect(bad).rejects.toMatchObject({
    code: 'service_ended',
    message: expect.stringContaining('no_such_setting'),
  });
  expect(started).toEqual([expect.stringMatching(/^redis is up: redis:\/\/127\.0\.0\.1:\d+$/)]);
  const port = Number(started[0]?.split(':').at(-1));
  expect(await statusOf(`http://127.0.0.1:${port}`)).toBe(0);
});

test.each(['redis', 'node-1', 'haproxy'])(
  'a port of %s that another program takes meanwhile is replaced',
  async (name) => {
    const other = createServer();
    const cluster = await startCluster({
      dir,
      nodes: 1,
      with: ['redis', 'haproxy'],
      onService: (spec) => {
        if (spec.name === name && !other.listening) other.listen(Number(new URL(spec.url).port));
      },
    });
    try {
      expect(other.listening).toBe(true);
      expect(cluster.services.map((service) => service.name)).toEqual([
        'redis',
        'node-1',
        'haproxy',
      ]);
      await expect.poll(() => statusOf(cluster.httpUrl), { timeout: 10_000 }).toBe(200);
    } finally {
      await cluster.stop();
      other.close();
    }
  },
);

test('requires a sensible number of nodes', async () => {
  await expect(startCluster({ dir, nodes: 0 })).rejects.toMatchObject({ code: 'bad_cluster' });
  await expect(startCluster({ dir, nodes: 2.5 })).rejects.toMatchObject({ code: 'bad_cluster' });
});
