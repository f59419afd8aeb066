/** Tests `swarm roll` on containers, and on units over SSH, under video calls. */
import { copyFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RollResult } from '@livekit-swarm/chaos/roll';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { DEFAULT_LIVEKIT_VERSION, type LiveKitVersion } from '@livekit-swarm/lab/choices';
import { buildImage } from '@livekit-swarm/testkit/docker/build-image';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import type { DeploymentEndpoints } from '../../packages/chaos/src/execute/deployment.ts';
import { readSshSpec } from '../../packages/chaos/src/targets/ssh/spec.ts';
import { openSshPlatform } from '../../packages/chaos/src/targets/ssh.ts';
import { buildImages, startContainers } from '../../packages/chaos/test/support/containers.ts';
import { startSshHost } from '../../packages/chaos/test/support/ssh-host.ts';
import { addUnits, startUnits } from '../../packages/chaos/test/support/units.ts';
import { expectRolledUnlessBusy, rollResultOf } from '../support/roll.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('sshd', 'packet-filter', 'redis', 'haproxy');

/** Oldest and newest of the pinned versions. */
const FROM = '1.11.0';
const TO = DEFAULT_LIVEKIT_VERSION;
const MEETING = fileURLToPath(new URL('../../scenarios/video-meeting.yaml', import.meta.url));

/** Rolls the nodes of a deployment by the command line. */
const roll = async (
  from: string,
  deployment: readonly string[],
  { url, apiKey, apiSecret, redisUrl, loadBalancerMetricsUrl }: DeploymentEndpoints,
  env: Record<string, string> = {},
): Promise<RollResult> => {
  const outcome = await runSwarm(
    [
      ...['roll', from, TO, ...deployment, '--load', MEETING, '--scale', 'small'],
      ...['--redis', redisUrl ?? '', '--load-balancer-metrics', loadBalancerMetricsUrl ?? ''],
      ...['--drain', '5s', '--record', join(scratch(), 'record'), '--json'],
    ],
    {
      ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
      ...{ XDG_STATE_HOME: scratch(), ...env },
    },
  );
  const result = rollResultOf(outcome);
  expectRolledUnlessBusy(outcome.exit, result);
  return result;
};

/** Expects that each node was rolled once, and that every pair of participants recovered. */
const expectRolled = (result: RollResult, nodes: readonly string[]): void => {
  expect(result).toMatchObject({ outcome: 'rolled', stoppedBy: null });
  expect(result.nodes.map(({ component, checkFailed }) => [component, checkFailed])).toEqual(
    nodes.map((node) => [node, null]),
  );
  expect(result.nodes.reduce((sum, { roomsCut }) => sum + roomsCut, 0)).toBeGreaterThan(0);
  expect(result.rooms.filter(({ pairsNotRecovered }) => pairsNotRecovered > 0)).toEqual([]);
};

/** Program of a version, whatever program tests otherwise use. */
const programOf = async (version: LiveKitVersion): Promise<string> =>
  (await provisionLiveKit({ version, env: { ...process.env, SWARM_LIVEKIT_SERVER: '' } })).path;

testWithDocker(
  'rolls containers to another image',
  async ({ start }) => {
    const engine = await start({ network: 'host' });
    await buildImages(engine);
    for (const [tag, version] of [
      ['1', FROM],
      [TO, TO],
    ] as const)
      await buildImage(engine, {
        name: `test/livekit:${tag}`,
        programs: { '/livekit-server': await programOf(version) },
        entrypoint: ['/livekit-server'],
      });
    const { deployment } = await startContainers(engine, 2, 'rolled');
    const flags = ['--docker', 'rolled', '--confirm-target', 'rolled'];
    const result = await roll('1', flags, deployment, { DOCKER_HOST: deployment.host ?? '' });
    expectRolled(result, ['node-1', 'node-2']);
    for (const node of ['node-1', 'node-2'])
      expect(
        await engine.docker(['inspect', '--format', '{{.Config.Image}}', `rolled-${node}`]),
      ).toContain(`test/livekit:${TO}`);
  },
  400_000,
);

it('rolls units over SSH to another program', async () => {
  await using host = await startSshHost();
  const endpoints = await addUnits(host, 2);
  const nodes = ['livekit-1', 'livekit-2'];
  for (const node of nodes) {
    // Each has a file of its own, with the new version next to it.
    const program = join(host.dir, `${node}-program`);
    await copyFile(await programOf(FROM), program);
    await copyFile(await programOf(TO), `${program}-${TO}`);
    const config = join(host.dir, `it's ${node}.yaml`);
    await host.addUnit(`${node}.service`, [program, '--config', config], 'always');
  }
  const units = [...nodes.map((name) => `node=${name}`), 'redis=redis', 'load-balancer=haproxy'];
  await using target = await openSshPlatform(
    readSshSpec('swarm-host', units.join(','), host.config),
  );
  await startUnits(target, endpoints);
  const flags = [
    ...['--ssh', 'swarm-host', '--ssh-config', host.config, '--confirm-target', hostname()],
    ...units.flatMap((unit) => ['--unit', unit]),
  ];
  expectRolled(
    await roll(FROM, flags, endpoints),
    nodes.map((name) => `${name}.service`),
  );
}, 400_000);
