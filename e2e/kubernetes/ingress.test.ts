/** Drills of a Deployment behind an Ingress of Traefik, and behind nginx that follows its pods. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillResult } from '@livekit-swarm/chaos';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSwarm } from '../support/swarm.ts';
import { deployPods, type PodDeployment } from './support/deployment-of-pods.ts';
import { calmDrill, drillEnvironment, smallCalls, TARGET } from './support/drill-files.ts';
import {
  type IngressController,
  startNginxIngress,
  startTraefikIngress,
} from './support/ingress-controllers.ts';

const unavailable = await skipWithout('nginx', 'traefik', 'redis');

let dir: string;
let here: PodDeployment;
beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-ingress-'));
  here = await deployPods(dir, [DEFAULT_LIVEKIT_VERSION]);
}, 400_000);
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

const CONTROLLERS: readonly [string, () => Promise<IngressController>][] = [
  ['Traefik', () => startTraefikIngress(here)],
  ['nginx', () => startNginxIngress(here, join(dir, 'nginx'))],
];

const swarm = async ({ url }: IngressController, ...args: string[]) =>
  runSwarm(
    [...args, '--kubernetes', 'livekit', '--confirm-target', TARGET, '--json'],
    drillEnvironment({ ...here, url, state: join(dir, 'state') }),
    dir,
  );

it.each(CONTROLLERS)('behind %s, calls survive the kill of their node', async (name, start) => {
  await using controller = await start();
  const drill = calmDrill(dir, `kill-${name.toLowerCase()}`, [
    '{ fault: kill, target: room-node }',
  ]);
  const { exit, stdout, stderr } = await swarm(
    ...([controller, 'chaos', 'run', drill, '--scenario', smallCalls(dir)] as const),
    ...['--repeats', '1', '--record', join(dir, `kill-${name}`)],
  );
  // A busy host makes the verdict inconclusive.
  expect([0, 98], stderr).toContain(exit);
  const [repeat] = (JSON.parse(stdout) as DrillResult).repeats;
  expect(repeat?.recovery.faults, stderr).toHaveLength(1);
  expect(repeat?.recovery.subscriptionsInterrupted).toBeGreaterThan(0);
  expect(repeat?.recovery.subscriptionsNotRecovered).toBe(0);
  // A pod with another name has taken its place, and the Service offers it.
  const [replacement] = repeat?.recovery.replacements ?? [];
  expect(replacement?.replacement).not.toBe(replacement?.component);
  const backends = repeat?.recovery.backends ?? [];
  expect(backends.some(({ healthy, total }) => healthy < total)).toBe(true);
  expect(backends.at(-1)).toMatchObject({ healthy: 2 });
  await here.kubectl('rollout', 'status', 'deployment/livekit', '--timeout=170s');
});
