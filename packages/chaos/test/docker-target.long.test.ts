/** Tests drills and faults on containers, in a Docker engine of this test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { expect } from 'vitest';
import { parseDrill } from '../src/drill/parse-drill.ts';
import { dockerDeployment } from '../src/execute/deployment.ts';
import { executeDrill } from '../src/execute/execute-drill.ts';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { openPlatform, rollbackPending } from '../src/journal/rollback-pending.ts';
import { openEngineScan } from '../src/journal/scan-engine.ts';
import { openDockerPlatform } from '../src/targets/docker.ts';
import { anyAnswers } from './support/answers.ts';
import { brokenComponents } from './support/broken-components.ts';
import { componentOf } from './support/component-of.ts';
import { buildImages, startContainers } from './support/containers.ts';
import { drillOrder } from './support/drill-order.ts';
import { expectNodeRecovered } from './support/expect-node-recovered.ts';
import { leftoversOf } from './support/leftovers.ts';

const NAME = 'staging';

const stateOf = (engine: DockerEngine, name: string): Promise<string> =>
  engine.docker(['inspect', '--format', '{{.State.Status}}', `${NAME}-${name}`]);

testWithDocker(
  'a drill on containers has the same result as one on processes, and every fault is injected and rolled back',
  async ({ start }) => {
    const engine = await start({ network: 'host' });
    const dir = await mkdtemp(join(tmpdir(), 'swarm-docker-'));
    try {
      await buildImages(engine);
      const { deployment, udp } = await startContainers(engine, 3, NAME);
      await members(deployment, udp);
      await drill(deployment, dir);
      await faults(engine, deployment, dir);
      await expiry(engine, deployment, dir);
      await ownNetwork(engine, deployment, dir);
    } finally {
      // A failed test must restore the host as well.
      for (const name of ['journal', 'faults', 'expiry', 'own']) {
        await rollbackPending({
          journal: openJournal(join(dir, name)),
          faults: FAULTS,
          force: true,
        });
      }
      await rm(dir, { recursive: true, force: true });
    }
  },
  300_000,
);

const members = async (
  deployment: Parameters<typeof dockerDeployment>[0],
  udp: ReadonlyMap<string, readonly [number, number]>,
): Promise<void> => {
  await using target = await openDockerPlatform(deployment);
  await expect
    .poll(async () => (await target.components()).filter(({ nodeId }) => nodeId !== null).length, {
      timeout: 30_000,
    })
    .toBe(3);
  const all = await target.components();
  expect(all.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    ...['load-balancer haproxy', 'node node-1', 'node node-2', 'node node-3', 'redis redis'],
  ]);
  // IDs from metrics and the ID from a log have the same form.
  for (const { kind, nodeId } of all)
    expect(nodeId).toEqual(kind === 'node' ? expect.stringMatching(/^ND_\w{6,}$/) : null);
  for (const member of all) {
    const found = member.name === 'node-3';
    expect(member.ports).toMatchObject({
      address: found ? '0.0.0.0' : '127.0.0.1',
      tcp: expect.arrayContaining([expect.any(Number)]),
    });
    const range = udp.get(member.name);
    if (range === undefined) expect(member.ports?.udp).toBeNull();
    else if (!found) expect(member.ports?.udp).toEqual(range);
    else {
      // The node has bound one port per core.
      const [first, last] = member.ports?.udp ?? [0, 0];
      expect(first).toBe(range[0]);
      expect(last).toBeGreaterThanOrEqual(first);
      expect(last).toBeLessThanOrEqual(range[1]);
    }
    for (const ability of ['signal', 'start', 'pause', 'exec', 'packet_filter'] as const)
      expect(await target.missingCapability(ability, member)).toBeNull();
    // The PID must be valid on this host, even if the engine reports another one.
    const pid = await target.pid(member);
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toContain(
      member.kind === 'node' ? 'livekit-server' : member.name,
    );
  }
};

const drill = async (
  deployment: Parameters<typeof dockerDeployment>[0],
  dir: string,
): Promise<void> => {
  const file = join(import.meta.dirname, '../../../chaos/kill-room-node.yaml');
  const parsed = parseDrill(await readFile(file, 'utf8'), { file, faults: FAULTS });
  const journal = openJournal(join(dir, 'journal'));
  const carryOut = (confirmedTarget: string | null, folder: string) =>
    executeDrill({
      guard: ownServerGuard(),
      ...drillOrder(),
      save: () => {},
      drill: {
        ...parsed,
        load: { ...parsed.load, rooms: 3, participants: 3 },
        repeats: 1,
        recoveryMs: 20_000,
      },
      deploy: () => dockerDeployment(deployment),
      journal,
      confirmedTarget,
      dir: join(dir, folder),
    });
  // The deployment is not a lab.
  await expect(carryOut(null, 'not-allowed')).rejects.toMatchObject({
    code: 'target_not_confirmed',
  });

  let result = await carryOut(NAME, 'drill');
  // On a busy host, the verdict shows nothing about containers.
  for (
    let attempt = 2;
    attempt <= 3 && (result.verdict === 'void' || result.verdict === 'inconclusive');
    attempt++
  ) {
    result = await carryOut(NAME, `drill-${attempt}`);
  }
  expect(result.deployment).toContain(`swarm.drill=${NAME}`);
  await using target = await openDockerPlatform(deployment);
  await expectNodeRecovered(result.repeats[0], target);
  expect(await readdir(journal.dir)).toEqual([]);
};

/**
 * Tests rollbacks by the journal alone, as after a SIGKILL of the CLI: from another platform
 * object, opened by its reference.
 */
const faults = async (
  engine: DockerEngine,
  deployment: Parameters<typeof dockerDeployment>[0],
  dir: string,
): Promise<void> => {
  const journal = openJournal(join(dir, 'faults'));
  await using platform = await openDockerPlatform(deployment);
  const others = new Map((await platform.components()).map(({ name, nodeId }) => [name, nodeId]));

  const during = async (
    name: string,
    on: string,
    params: object,
    look: (id: string) => Promise<void>,
  ): Promise<void> => {
    const fault = FAULTS.get(name);
    const member = await componentOf(platform, on);
    if (fault === undefined) throw new Error(`there is no fault ${name}`);
    const parsed = fault.params.parse(params);
    expect(await fault.unavailable(platform, member, parsed), name).toBeNull();
    const injection = await injectFault({
      fault,
      platform,
      components: [member],
      params: parsed,
      drill: 'test',
      expiry: null,
      journal,
    });
    await look(injection.id);
    const { rolledBack, failed } = await rollbackPending({
      journal,
      faults: FAULTS,
      force: true,
      open: openPlatform,
    });
    expect(failed.map(({ error }) => error.message)).toEqual([]);
    expect(rolledBack.map(({ id }) => id)).toEqual([injection.id]);
    await injection.rollback();
    expect(await leftoversOf(injection.id)).toEqual([]);
    expect(await stateOf(engine, on)).toBe('running');
  };
  /** Each unaffected component answers at one of its ports. */
  const portsThere = new Map(
    (await platform.components()).map(({ name, ports }) => [name, ports?.tcp ?? []]),
  );
  const isThere = (name: string): Promise<boolean> => anyAnswers(portsThere.get(name) ?? []);

  await during('kill', 'node-1', {}, async () => {
    // The restart policy would have started the container by now.
    await sleep(1_000);
    expect(await stateOf(engine, 'node-1')).toBe('exited');
    expect((await componentOf(platform, 'node-1')).nodeId).toBeNull();
  });
  expect(await isThere('node-1')).toBe(true);
  expect((await componentOf(platform, 'node-1')).nodeId).not.toBe(others.get('node-1'));

  await during('hang', 'node-2', {}, async () => {
    expect(await stateOf(engine, 'node-2')).toBe('paused');
    await using scan = await openEngineScan(deployment);
    expect(await scan.find()).toMatchObject([{ kind: 'paused_container', name: `${NAME}-node-2` }]);
    expect(await isThere('node-2')).toBe(false);
    expect((await componentOf(platform, 'node-2')).nodeId).toBe(others.get('node-2'));
  });
  expect((await componentOf(platform, 'node-2')).nodeId).toBe(others.get('node-2'));

  await during('packet-loss', 'node-3', { loss: '100%', protocol: 'tcp' }, async (id) => {
    expect((await leftoversOf(id)).length).toBeGreaterThan(0);
    expect(await isThere('node-3')).toBe(false);
    expect(await isThere('node-1')).toBe(true);
  });
  await during('blackhole', 'node-1', {}, async () => expect(await isThere('node-1')).toBe(false));
  expect(await isThere('node-1')).toBe(true);
  await during('delay', 'node-2', { delay: '50ms' }, async (id) => {
    expect((await leftoversOf(id)).some((line) => line.includes('swarm-impair'))).toBe(true);
  });
  await during('cpu-pressure', 'node-2', { cores: 0.5 }, async (id) => {
    expect((await leftoversOf(id)).some((line) => line.startsWith('/sys/fs/cgroup'))).toBe(true);
  });
  await during('redis-kill', 'redis', {}, async () =>
    expect(await stateOf(engine, 'redis')).toBe('exited'),
  );
  await during('forced-stop', 'node-3', {}, async () =>
    expect(await stateOf(engine, 'node-3')).toBe('exited'),
  );

  // Rules in the network of the host are also removed after the container has ended.
  const fault = FAULTS.get('blackhole');
  if (fault === undefined) throw new Error('there is no blackhole');
  const member = await componentOf(platform, 'node-3');
  const options = {
    fault,
    platform,
    components: [member],
    params: fault.params.parse({}),
    drill: 'test',
    expiry: null,
    journal,
  };
  const { id } = await injectFault(options);
  await platform.signal(member, 'SIGKILL');
  expect((await leftoversOf(id)).length).toBeGreaterThan(0);
  await rollbackPending({ journal, faults: FAULTS, force: true });
  expect(await leftoversOf(id)).toEqual([]);
  expect(await readdir(journal.dir)).toEqual([]);
  await platform.start(member);
};

/** Tests that the host of the engine rolls back on its own when the controller is killed. */
const expiry = async (
  engine: DockerEngine,
  deployment: Parameters<typeof dockerDeployment>[0],
  dir: string,
): Promise<void> => {
  const journal = openJournal(join(dir, 'expiry'));
  await using platform = await openDockerPlatform(deployment);
  expect(await brokenComponents(platform)).toEqual([]);
  const program = fileURLToPath(new URL('./fixtures/reference-injector.ts', import.meta.url));
  const drills = [
    ['kill', 'node-1'],
    ['hang', 'node-2'],
    ['blackhole', 'node-3'],
    ['redis-kill', 'redis'],
  ].map(([fault = '', component = '']) =>
    spawn(
      process.execPath,
      [program, JSON.stringify(platform.reference), journal.dir, fault, '{}', component, '8000'],
      { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    ),
  );
  for (const drill of drills) await once(drill.stdout, 'data');
  const { pending } = await journal.read();
  expect(pending).toHaveLength(drills.length);
  for (const drill of drills) {
    process.kill(-(drill.pid ?? Number.NaN), 'SIGKILL');
    await once(drill, 'exit');
  }
  const states = (): Promise<string[]> =>
    Promise.all(['node-1', 'node-2', 'node-3', 'redis'].map((name) => stateOf(engine, name)));
  expect(await states()).toEqual(['exited', 'paused', 'running', 'exited']);
  await expect
    .poll(async () => (await journal.read()).pending.length, { timeout: 60_000, interval: 500 })
    .toBe(0);
  expect(await states()).toEqual(Array.from({ length: 4 }, () => 'running'));
  await expect.poll(() => brokenComponents(platform), { timeout: 20_000 }).toEqual([]);
  expect((await Promise.all(pending.map(({ id }) => leftoversOf(id)))).flat()).toEqual([]);
};

/** Tests a container in its own network, whose rules end with it. */
const ownNetwork = async (
  engine: DockerEngine,
  deployment: Parameters<typeof dockerDeployment>[0],
  dir: string,
): Promise<void> => {
  await engine.docker([
    ...['run', '--detach', '--network', 'none', '--name', 'alone', '--label', 'swarm.drill=alone'],
    ...[
      '--label',
      'com.docker.compose.service=media',
      '--expose',
      '9000',
      'test/busybox:1',
      'sleep',
      '600',
    ],
  ]);
  const order = {
    host: deployment.host,
    label: 'swarm.drill=alone',
    components: { media: 'node' },
  } as const;
  await using platform = await openDockerPlatform(order);
  const [member] = await platform.components();
  if (member === undefined) throw new Error('component not found');
  expect(member).toEqual({
    name: 'media',
    kind: 'node',
    nodeId: null,
    instance: expect.stringMatching(/^[0-9a-f]{64}:/),
    ports: { address: '0.0.0.0', udp: [1, 65_535], tcp: [9_000] },
    redis: { address: null, port: 6_379, cgroup: null },
  });
  const journal = openJournal(join(dir, 'own'));
  const devices = ['ip', 'link', 'add', 'inner0', 'type', 'veth', 'peer', 'name', 'inner1'];
  expect(await platform.run(member, devices)).toMatchObject({ code: 0 });
  const inject = async (name: string): Promise<string> => {
    const fault = FAULTS.get(name);
    if (fault === undefined) throw new Error(`there is no fault ${name}`);
    const params = fault.params.parse({});
    expect(await fault.unavailable(platform, member, params), name).toBeNull();
    return (
      await injectFault({
        fault,
        platform,
        components: [member],
        params,
        drill: 'test',
        expiry: null,
        journal,
      })
    ).id;
  };
  const tables = async (): Promise<string> =>
    (await platform.run(member, ['nft', 'list', 'ruleset'])).stdout;
  const hole = await inject('blackhole');
  expect(await tables()).toMatch(/hook egress devices = \{ "?inner0"?, "?inner1"? \}/);
  expect((await leftoversOf(hole)).filter((line) => line.includes('table'))).toEqual([]);
  await rollbackPending({ journal, faults: FAULTS, force: true });
  expect(await tables()).toBe('');

  const cut = await inject('redis-partition');
  expect(await tables()).toContain(cut);
  await engine.docker(['kill', 'alone']);
  await expect(platform.run(member, ['true'])).rejects.toMatchObject({
    code: 'component_not_found',
  });
  const { rolledBack } = await rollbackPending({ journal, faults: FAULTS, force: true });
  expect(rolledBack.map(({ id }) => id)).toEqual([cut]);
};
