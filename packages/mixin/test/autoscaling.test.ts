/** The recipes of docs/agents-autoscaling.md and docs/how-to/autoscale-nodes.md: their manifests, and their queries in a real Prometheus. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { findProblems } from './support/find-problems.ts';

await skipWithout('promtool');

interface Manifest {
  kind: string;
  metadata: { name: string; namespace: string };
  spec: Record<string, unknown>;
}

const WORKERS = 'agents-autoscaling.md';
const NODES = 'how-to/autoscale-nodes.md';

const manifests = async (file = WORKERS): Promise<Map<string, Manifest>> => {
  const page = await readFile(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml = '']) => yaml);
  const all = blocks.flatMap((yaml) =>
    parseAllDocuments(yaml, { strict: true, uniqueKeys: true }).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    }),
  );
  return new Map(all.map((manifest) => [manifest.kind, manifest]));
};

/** Evaluates a query with promtool. @param cases series with their values, and what the query returns */
const expectValues = async (
  expr: string,
  cases: readonly (readonly [Record<string, number>, number[]])[],
): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-autoscaling-'));
  try {
    const file = join(dir, 'query.test.yaml');
    const tests = cases.map(([given, values]) => ({
      interval: '1m',
      input_series: Object.entries(given).map(([series, value]) => ({
        series,
        values: `${value}x5`,
      })),
      promql_expr_test: [
        { expr, eval_time: '5m', exp_samples: values.map((value) => ({ labels: '{}', value })) },
      ],
    }));
    await writeFile(file, stringify({ rule_files: [], tests }));
    const { stdout } = await promisify(execFile)('promtool', ['test', 'rules', file]);
    expect(stdout).toContain('SUCCESS');
  } finally {
    await rm(dir, { recursive: true });
  }
};

it('the manifests name each other', async () => {
  const all = await manifests();
  expect([...all.keys()]).toEqual(['ScaledObject', 'Deployment', 'Service']);
  const [scaled, deployment, service] = [...all.values()];
  expect(scaled?.spec.scaleTargetRef).toEqual({ name: deployment?.metadata.name });
  expect(new Set([...all.values()].map(({ metadata }) => metadata.namespace)).size).toBe(1);
  expect(deployment?.spec.selector).toEqual({ matchLabels: service?.spec.selector });
  expect(deployment?.spec).not.toHaveProperty('replicas');
});

it('the query counts each conversation and each waiting room once', async () => {
  const scaled = (await manifests()).get('ScaledObject');
  const triggers = (scaled?.spec.triggers ?? []) as { metadata: Record<string, string> }[];
  const { query: expr = '', threshold } = triggers[0]?.metadata ?? {};
  expect(findProblems({ expr })).toEqual([]);
  expect(Number(threshold)).toBeGreaterThan(0);
  // Two exporters watch two deployments; another agent, and jobs that have ended, do not count.
  const jobs = (instance: string, target: string, more: string): string =>
    `livekit_swarm_agents_jobs{instance="${instance}", target="${target}", ${more}}`;
  const running = 'agent="support", state="running"';
  const exporter = {
    'livekit_swarm_agents_participants{instance="a", target="eu"}': 12,
    'livekit_swarm_agents_participants{instance="b", target="eu"}': 12,
  };
  const series = {
    ...exporter,
    [jobs('a', 'eu', running)]: 10,
    [jobs('b', 'eu', running)]: 11,
    [jobs('a', 'us', running)]: 5,
    [jobs('a', 'eu', 'agent="sales", state="running"')]: 100,
    [jobs('a', 'eu', 'agent="support", state="ended"')]: 100,
    'livekit_swarm_agents_rooms_waiting{instance="a", target="eu", agent="support"}': 2,
    'livekit_swarm_agents_rooms_waiting{instance="b", target="eu", agent="support"}': 2,
  };
  // Before the first dispatch there are no conversations; without an exporter nothing is known.
  await expectValues(expr, [
    [series, [18]],
    [exporter, [0]],
    [{}, []],
  ]);
});

it('nodes are scaled on each room once, by the same limits whatever counts them', async () => {
  const all = await manifests(NODES);
  const values = [...all.values()].find(({ kind }) => kind === undefined);
  const hpa = all.get('HorizontalPodAutoscaler')?.spec;
  const scaled = all.get('ScaledObject')?.spec;
  expect(values).toMatchObject({ autoscaling: { enabled: true, minReplicas: hpa?.minReplicas } });
  expect(scaled).toMatchObject({
    minReplicaCount: hpa?.minReplicas,
    maxReplicaCount: hpa?.maxReplicas,
    advanced: { horizontalPodAutoscalerConfig: { behavior: hpa?.behavior } },
  });
  const triggers = (scaled?.triggers ?? []) as { metadata: Record<string, string> }[];
  const { query: expr = '' } = triggers[0]?.metadata ?? {};
  expect(findProblems({ expr })).toEqual([]);
  // Two replicas of Prometheus scrape the same nodes; another job exports rooms, too.
  const rooms = (instance: string, job: string, replica: string): string =>
    `livekit_room_total{instance="${instance}", job="${job}", replica="${replica}"}`;
  const series = {
    [rooms('a', 'livekit', '1')]: 90,
    [rooms('a', 'livekit', '2')]: 91,
    [rooms('b', 'livekit', '1')]: 40,
    [rooms('c', 'staging', '1')]: 1_000,
  };
  await expectValues(expr, [
    [series, [131]],
    [{}, []],
  ]);
});
