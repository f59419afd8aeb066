/**
 * Tests `swarm scale` with livekit-servers in pods that the HorizontalPodAutoscaler of Kubernetes adds
 * and removes, by the settings that `swarm scale forecast` writes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScaleResult } from '@livekit-swarm/chaos/scale';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAnswerUnlessBusy, scaleResultOf } from '../support/scaler.ts';
import { type Outcome, runSwarm } from '../support/swarm.ts';
import { installDefinitions } from './support/definitions.ts';
import { deployPods, type PodDeployment } from './support/deployment-of-pods.ts';
import { drillEnvironment, TARGET } from './support/drill-files.ts';
import { startExternalMetrics } from './support/external-metrics.ts';
import { startNginxIngress } from './support/ingress-controllers.ts';

const unavailable = await skipWithout('nginx', 'redis', 'prometheus', 'openssl');

const RBAC = fileURLToPath(new URL('../../examples/kubernetes/scale-rbac.yaml', import.meta.url));

/** One node carries the day alone; the morning needs a second one, on which the afternoon begins. */
const LOAD = `scenario: office
groups:
  day:
    executor: constant-rooms
    rooms: 1
    joinRate: 10/s
    duration: 80s
    roles: { talker: { count: 2, publish: audio } }
  morning:
    executor: constant-rooms
    rooms: 5
    joinRate: 1/s
    duration: 30s
    roles: { talker: { count: 2, publish: audio } }
  afternoon:
    executor: constant-rooms
    startTime: 26s
    rooms: 2
    joinRate: 10/s
    duration: 45s
    roles: { talker: { count: 2, publish: audio } }
# A busy host is slow; what is tested here are nodes.
thresholds:
  join_failures: [rate<1]
  missing_tracks: [rate<1]
  stalled_tracks: [rate<1]
`;

const SCALER = `scaler: office
scenario: office.yaml
autoscaler: { hpa: livekit }
nodes: { carries: 20 }
rule: { metric: rooms, target: 4 }
objectives: { slowJoin: 30s }
`;

/** Six rooms, with headroom of 1.5: a target of four. It grows slowly enough for an autoscaler. */
const TIMETABLE = 'time,rooms\n08:00,1\n10:00,8\n12:00,8\n14:00,1\n';
const FORECAST = [
  ...['--carries', '6', '--boot', '5s', '--every', '2s', '--cool-down', '5s'],
  ...['--workload', 'statefulset/livekit'],
];

const stack = new AsyncDisposableStack();
let dir: string;
let here: PodDeployment;
let env: Record<string, string>;

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-scale-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'office.yaml'), LOAD);
  writeFileSync(join(dir, 'scaler.yaml'), SCALER);
  writeFileSync(join(dir, 'timetable.csv'), TIMETABLE);
  here = stack.use(
    await deployPods(dir, [DEFAULT_LIVEKIT_VERSION], {
      ...{ kind: 'StatefulSet', replicas: 1 },
      config: {
        // Rooms end with their calls, and new ones go to the emptiest node.
        room: { departure_timeout: 1 },
        node_selector: { kind: 'any', sort_by: 'rooms' },
      },
    }),
  );
  const { url } = stack.use(await startNginxIngress(here, join(dir, 'nginx')));
  stack.use(await startExternalMetrics(here, dir, { livekit_rooms: 'sum(livekit_room_total)' }));
  await here.cluster.kubectl(['apply', '-f', RBAC]);
  const kubeconfig = await here.cluster.kubeconfigOf('livekit', 'livekit-swarm-scale');
  env = drillEnvironment({ ...here, url, kubeconfig, state: join(dir, 'state') });
}, 400_000);
afterAll(() => stack.disposeAsync());

const scale = (...args: string[]): Promise<Outcome> =>
  runSwarm(['scale', join(dir, 'scaler.yaml'), '--kubernetes', 'livekit', ...args], env, dir);

const rehearse = async (record: string): Promise<{ outcome: Outcome; result: ScaleResult }> => {
  const outcome = await scale(
    ...['--redis', here.redisUrl, '--confirm-target', TARGET],
    ...['--record', join(dir, record), '--json'],
  );
  return { outcome, result: scaleResultOf(outcome) };
};

/** Sets the grace period of the pods, and waits until the only one has it. */
const startWithGrace = async (seconds: number): Promise<void> => {
  const template = { spec: { terminationGracePeriodSeconds: seconds } };
  await here.kubectl('patch', 'statefulset/livekit', '-p', JSON.stringify({ spec: { template } }));
  await here.kubectl('rollout', 'status', 'statefulset/livekit', '--timeout=170s');
};

/** The only step up with its node, and the nodes that were removed. */
const changesOf = ({ rehearsals: [main] }: ScaleResult) => {
  const up = main?.facts.steps.find(({ from, to }) => to > from);
  return { main, facts: main?.facts, up, node: up?.nodes[0], removed: main?.facts.removed ?? [] };
};

/** Settings of an autoscaler that a forecast writes for the timetable; returns their file. */
const forecast = async (format: string): Promise<string> => {
  const file = join(dir, `${format}.yaml`);
  const { exit, stderr } = await runSwarm(
    [
      ...['scale', 'forecast', join(dir, 'timetable.csv'), ...FORECAST],
      ...['--report', `${format}=${file}`],
    ],
    {},
    dir,
  );
  expect(exit, stderr).toBe(0);
  return file;
};

it('writes settings that Kubernetes accepts, for itself and for KEDA', async () => {
  const hpa = await forecast('hpa');
  expect(readFileSync(hpa, 'utf8')).toContain('averageValue: "4"');
  expect(await here.kubectl('create', '--validate=strict', '-f', hpa)).toContain(
    'horizontalpodautoscaler.autoscaling/livekit created',
  );
  await installDefinitions(here.cluster, {
    'github.com/kedacore/keda/v2': ['config/crd/bases/keda.sh_scaledobjects.yaml'],
  });
  const keda = await forecast('keda');
  expect(readFileSync(keda, 'utf8')).toContain('type: cron');
  const checked = ['create', '--dry-run=server', '--validate=strict', '-f', keda];
  expect(await here.kubectl(...checked)).toContain('scaledobject.keda.sh/livekit created');
});

it('needs the name of the deployment before it sends any load', async () => {
  const refused = await scale('--redis', here.redisUrl);
  expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining(TARGET) });
});

it('sees the autoscaler add a node for a rise, and drain it under calls', async () => {
  await startWithGrace(60);
  const { outcome, result } = await rehearse('drained');
  process.stdout.write(readFileSync(join(dir, 'drained', 'scale.txt'), 'utf8'));
  expectAnswerUnlessBusy(outcome.exit, result, 'yes');
  const { main, facts, up, node, removed } = changesOf(result);
  expect(main).toMatchObject({
    mode: 'hpa',
    autoscaler: { workload: 'StatefulSet livekit', min: 1, max: 3, downMs: 5_000 },
  });
  // A room may come before the next look finds the pod ready.
  for (const last of [node?.readyAt, node?.firstRoomAt]) {
    const times = [up?.crossedAt, up?.decidedAt, node?.orderedAt, last];
    expect(times).not.toContain(null);
    expect(times).toEqual(times.toSorted((one, other) => (one ?? 0) - (other ?? 0)));
  }
  expect(node).toMatchObject({ component: 'livekit-1', registeredAt: expect.any(Number) });
  // Its calls began at 26 s and last 45 s, and it was removed when those of the morning had ended.
  const [drained] = removed;
  expect(drained).toMatchObject({
    ...{ component: 'livekit-1', why: 'scale', participantsCut: 0, roomsCut: 0 },
    stoppedAt: expect.any(Number),
  });
  expect((drained?.stoppedAt ?? 0) - (drained?.drainingAt ?? 0)).toBeGreaterThan(8_000);
  expect(facts?.joins.during.attempted).toBeGreaterThan(0);
  expect(facts).toMatchObject({ reversals: 0, optimumOf: 'timetable' });
  expect(facts?.nodeMs).toBeGreaterThan(facts?.durationMs ?? Number.POSITIVE_INFINITY);
  // The cluster's own account of the autoscaler.
  expect(facts?.autoscaler?.changes.map(({ desired }) => desired)).toEqual(
    expect.arrayContaining([1, 2]),
  );
  expect(facts?.autoscaler?.notices).toContainEqual(
    expect.objectContaining({
      reason: 'SuccessfulRescale',
      message: expect.stringContaining('livekit_rooms'),
    }),
  );
}, 400_000);

it('counts the calls that are cut where the grace period is too short', async () => {
  await startWithGrace(4);
  const { outcome, result } = await rehearse('cut');
  process.stdout.write(readFileSync(join(dir, 'cut', 'scale.txt'), 'utf8'));
  expectAnswerUnlessBusy(outcome.exit, result, 'no');
  const { main, removed, facts } = changesOf(result);
  expect(removed[0]).toMatchObject({
    ...{ component: 'livekit-1', why: 'scale', roomsCut: 2, participantsCut: 4 },
  });
  expect((removed[0]?.stoppedAt ?? 0) - (removed[0]?.drainingAt ?? 0)).toBeLessThan(20_000);
  expect(main?.objectives).toContainEqual(
    expect.objectContaining({ code: 'callsCut', measured: 4, met: false }),
  );
  // Their participants return, to the node that is left.
  expect(facts?.recovered).toBeGreaterThan(0);
}, 400_000);
