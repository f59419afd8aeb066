/**
 * Tests `swarm roll` by the command line under calls, with the rollout of Kubernetes itself: of a
 * StatefulSet on the host network, and of a Deployment behind nginx.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { loadServerImage } from '@livekit-swarm/testkit/kubernetes/images/load-server-image';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rehearse } from '../../packages/chaos/test-kubernetes/support.ts';
import { expectRolledUnlessBusy, rollResultOf } from '../support/roll.ts';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';
import { deployPods } from './support/deployment-of-pods.ts';
import {
  calmDrill,
  drillEnvironment,
  smallCalls,
  TARGET,
  videoCalls,
} from './support/drill-files.ts';
import { startNginxIngress } from './support/ingress-controllers.ts';

const unavailable = await skipWithout('nginx', 'redis', 'haproxy');

const FROM = '1.11.0';
const TO = DEFAULT_LIVEKIT_VERSION;
/** An image that no registry has. */
const NOWHERE = '9.9.9';
/** Grace period of the pods, s; a part of it is the hook of those behind nginx. */
const DRAIN_S = 8;
/** A node that was not ended after its drain has calls until the end of the load, ms. */
const ENDED_WITHIN_MS = 30_000;

/** LiveKit in a cluster that has the images of both versions. */
interface Deployed {
  env: Record<string, string>;
  /** Flags for what is observed besides its pods. */
  observed: string[];
  kubectl(...args: string[]): Promise<string>;
}

const openStatefulSet = async (dir: string, stack: AsyncDisposableStack): Promise<Deployed> => {
  const here = stack.use(await rehearse(dir));
  await loadServerImage(here.cluster, FROM, dir);
  const kubectl = (...args: string[]): Promise<string> =>
    here.cluster.kubectl([...args, '-n', 'livekit'], { timeoutMs: 180_000 });
  return {
    env: drillEnvironment({ ...here, ...here.livekit, state: join(dir, 'state') }),
    observed: ['--redis', here.redisUrl, '--load-balancer-metrics', here.balancerMetricsUrl],
    kubectl,
  };
};

const openDeployment = async (dir: string, stack: AsyncDisposableStack): Promise<Deployed> => {
  const here = stack.use(await deployPods(dir, [FROM, TO]));
  const { url } = stack.use(await startNginxIngress(here, join(dir, 'nginx')));
  return {
    env: drillEnvironment({ ...here, url, state: join(dir, 'state') }),
    observed: ['--redis', here.redisUrl],
    kubectl: here.kubectl,
  };
};

describe.each([
  { workload: 'statefulset/livekit', nodes: 3, open: openStatefulSet },
  { workload: 'deployment/livekit', nodes: 2, open: openDeployment },
])('$workload', ({ workload, nodes, open }) => {
  const stack = new AsyncDisposableStack();
  let dir: string;
  let here: Deployed;
  beforeAll(async () => {
    if (unavailable !== null) return;
    dir = await mkdtemp(join(tmpdir(), 'swarm-roll-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    here = await open(dir, stack);
  }, 400_000);
  afterAll(() => stack.disposeAsync());

  /** Makes all nodes run a version, also after a roll that failed, with a short grace period. */
  const start = async (version: string): Promise<void> => {
    const image = `livekit-swarm/livekit-server:${version}`;
    const containers = [{ name: 'livekit', image }];
    const spec = { terminationGracePeriodSeconds: DRAIN_S, containers };
    await here.kubectl('patch', workload, '-p', JSON.stringify({ spec: { template: { spec } } }));
    await here.kubectl('rollout', 'status', workload, '--timeout=170s');
  };
  /** Command line of a roll. */
  const rollArgs = (
    from: string,
    to: string,
    record: string,
    load: readonly string[],
  ): string[] => [
    ...['roll', from, to, '--kubernetes', 'livekit', '--confirm-target', TARGET],
    ...[...load, ...here.observed, '--drain', `${DRAIN_S}s`, '--record', record, '--json'],
  ];
  /** Calls and conditions of which only the end of a roll matters. */
  const calm = (): string[] => [
    ...['--load', smallCalls(dir), '--drill', calmDrill(dir), '--gate', '60s', '--settle', '2s'],
  ];
  /** Versions of the pods that run, without those that end. */
  const versions = async (): Promise<(string | undefined)[]> => {
    const selector = ['get', 'pods', '-l', 'app.kubernetes.io/name=livekit', '-o', 'json'];
    const { items } = JSON.parse(await here.kubectl(...selector)) as {
      items: {
        metadata: { deletionTimestamp?: string };
        spec: { containers: { image: string }[] };
      }[];
    };
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ spec }) => spec.containers[0]?.image.split(':').at(-1));
  };
  const all = (version: string): string[] => new Array(nodes).fill(version);
  const traces = async (): Promise<string[]> =>
    (await here.kubectl('get', workload, '-o', 'yaml')).match(/livekit-swarm\/(rollout|back).*/g) ??
    [];

  it('rolls to another version under video calls, with a report of every node', async () => {
    await start(FROM);
    const record = join(scratch(), 'rolled');
    const load = ['--load', videoCalls(dir)];
    const outcome = await runSwarm(rollArgs(FROM, TO, record, load), here.env, dir);
    const result = rollResultOf(outcome);
    expectRolledUnlessBusy(outcome.exit, result);
    expect(result).toMatchObject({ outcome: 'rolled', stoppedBy: null });
    const started = result.nodes.filter(({ readyAt }) => readyAt !== null);
    expect(started.map(({ version }) => version)).toEqual(all(TO));
    for (const node of started)
      expect(node).toMatchObject({ checkedAt: expect.any(Number), checkFailed: null });
    const drained = result.nodes.filter(({ drainingAt }) => drainingAt !== null);
    expect(drained).toHaveLength(nodes);
    for (const { drainingAt, stoppedAt } of drained)
      expect((stoppedAt ?? Number.NaN) - (drainingAt ?? 0)).toBeLessThan(ENDED_WITHIN_MS);
    if (outcome.exit === 0)
      expect(result.rooms.filter(({ pairsNotRecovered }) => pairsNotRecovered > 0)).toEqual([]);
    expect(await readdir(record)).toEqual(expect.arrayContaining(['roll.json', 'roll.html']));
    expect(await versions()).toEqual(all(TO));
    expect(await traces()).toEqual([]);
  }, 400_000);

  it('stops at the first node whose new version cannot start, and puts it back', async () => {
    await start(TO);
    const outcome = await runSwarm(
      rollArgs(TO, NOWHERE, join(scratch(), 'stopped'), calm()),
      here.env,
      dir,
    );
    const result = rollResultOf(outcome);
    expect(outcome.exit, outcome.stderr).toBe(99);
    expect(result).toMatchObject({
      outcome: 'undone',
      stoppedBy: {
        code: 'node_not_ready',
        // Those that were not changed are not named.
        component: expect.stringMatching(/^livekit-[^ ,]+$/),
        message: expect.stringMatching(/does not become ready: ErrImageNeverPull/),
      },
    });
    const drained = result.nodes.filter(({ drainingAt }) => drainingAt !== null);
    expect(new Set(drained.map(({ component }) => component)).size).toBeLessThanOrEqual(1);
    expect(await versions()).toEqual(all(TO));
    await here.kubectl('rollout', 'status', workload, '--timeout=60s');
    expect(await traces()).toEqual([]);
  }, 400_000);

  it('is put back by "swarm chaos rollback" when the roll was killed', async () => {
    await start(TO);
    const swarm = startSwarm(rollArgs(TO, FROM, join(scratch(), 'killed'), calm()), here.env, dir);
    await swarm.says(/livekit-\S+: starting/, 180_000);
    swarm.signal('SIGKILL');
    await swarm.ended;
    expect(await versions()).toContain(FROM);
    const { exit, stdout, stderr } = await runSwarm(['chaos', 'rollback'], here.env, dir);
    expect({ exit, stdout }, stderr).toEqual({
      exit: 0,
      stdout: expect.stringMatching(/Rolled back: rollout of .*livekit-.* by "roll"/),
    });
    expect(await versions()).toEqual(all(TO));
    expect(await traces()).toEqual([]);
  }, 400_000);
});
