import { fileURLToPath } from 'node:url';
import { requireProgram } from '@livekit-swarm/lab';
import { EXIT_CODES } from '@livekit-swarm/settings';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { expect } from 'vitest';
import { findCompose, freshKeys, NO_COMPOSE, openStack, waitForHealth } from '../support/stack.ts';
import { buildStackImages } from '../support/stack-images.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

const ICE_SERVERS = fileURLToPath(new URL('../support/ice-servers.ts', import.meta.url));
const ATTEMPTS = 3;

/** Through the load balancer. A run that could not be judged, since the host was busy with something else, is made again. */
const sendLoad = async (engine: DockerEngine, keys: Record<string, string>) => {
  const args = [
    '--url',
    'ws://127.0.0.1:7880',
    '--rooms',
    '2',
    '--duration',
    '10s',
    '--metrics',
    ':9464',
  ];
  for (let attempt = 1; ; attempt++) {
    const swarm = startSwarm(args, keys, scratch(), engine.inNetwork);
    const exit = await swarm.ended;
    if (exit !== EXIT_CODES.inconclusive.code || attempt === ATTEMPTS)
      return { exit, output: swarm.stderr() + swarm.stdout() };
  }
};

interface Answer<Data> {
  data: Data;
}

testWithDocker(
  'docker-compose.yml starts in a real engine, accepts load, is monitored, and leaves nothing behind',
  async ({ start, skip }) => {
    const composeCommand = (await findCompose()) ?? skip(NO_COMPOSE);
    await requireProgram(['curl'], 'curl');
    await requireProgram(['turnutils_uclient'], 'coturn');
    const engine = await start();
    const { variables, missing } = await buildStackImages(engine);
    const keys = freshKeys();
    const stack = openStack(engine, composeCommand, { ...variables, ...keys });
    const services = (await stack.compose('config', '--services')).split('\n').toSorted();

    // Only Grafana's image needs a registry; everything else is as in docker-compose.yml.
    expect(missing).toEqual(['GRAFANA_IMAGE']);
    const started = services.filter((service) => service !== 'grafana');
    process.stderr.write(
      `not started, since this host has nothing to make its image of: ${services.filter((service) => !started.includes(service)).join(', ')}\n`,
    );

    try {
      await stack.compose('up', '--detach', '--no-build', ...started);
      expect(await waitForHealth(stack, 45_000)).toEqual([]);
      const states = await stack.states();
      expect(states.map(({ service }) => service).toSorted()).toEqual(started);
      expect(
        states.filter(
          ({ readOnly, user, restarts }) =>
            !readOnly || user === '' || user.startsWith('0') || restarts > 0,
        ),
      ).toEqual([]);

      // What listens, listens on loopback.
      const { all: listening } = await stack.inside('ss', '-Hlntu');
      const addresses = listening
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[4] ?? '');
      expect(addresses.length).toBeGreaterThan(started.length);
      expect(addresses.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);

      // Load through the load balancer while Prometheus scrapes.
      const { exit, output } = await sendLoad(engine, keys);
      expect(exit, output).toBe(0);

      const ask = async <Data>(path: string): Promise<Data> =>
        (JSON.parse(await stack.get(`http://127.0.0.1:9090/api/v1/${path}`)) as Answer<Data>).data;
      const value = async (query: string): Promise<number> => {
        const { result } = await ask<{ result: { value: [number, string] }[] }>(
          `query?query=${encodeURIComponent(query)}`,
        );
        return Number(result[0]?.value[1] ?? Number.NaN);
      };
      const { activeTargets } = await ask<{
        activeTargets: { health: string; lastError: string; labels: Record<string, string> }[];
      }>('targets');
      const down = activeTargets.filter(
        ({ health, labels }) => health !== 'up' && labels.job !== 'swarm-run',
      );
      expect(down).toEqual([]);
      expect(activeTargets).toHaveLength(10);
      expect(await value('max_over_time(up{job="swarm-run"}[2m])')).toBe(1);
      expect(
        await value('sum(max_over_time(livekit_swarm_run_participants{state="connected"}[2m]))'),
      ).toBe(4);
      expect(await value('sum(max_over_time(livekit_participant_total[2m]))')).toBeGreaterThan(0);
      expect(await value('count(up{job="livekit"} == 1)')).toBe(3);
      const { groups } = await ask<{ groups: { rules: { health: string; name: string }[] }[] }>(
        'rules',
      );
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(10);
      expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
      expect(await ask('alertmanagers')).toMatchObject({ activeAlertmanagers: [{}] });

      // The exporter: a probe through a node, and webhooks of the load's rooms.
      const probe = await stack.get(
        'http://127.0.0.1:9465/probe?target=stack&module=audio_pair&node=node-2',
      );
      expect(probe).toMatch(/^livekit_swarm_probe_success 1$/m);
      expect(
        await value('sum(livekit_swarm_lifecycle_webhooks_total{event="room_finished"})'),
      ).toBeGreaterThan(0);
      expect(await value('sum(livekit_swarm_lifecycle_registry_nodes{state="serving"})')).toBe(3);

      // TURN: coturn accepts the credentials that the deployment gives to clients, and no others.
      const inside = await stack.inside(
        process.execPath,
        ICE_SERVERS,
        'ws://127.0.0.1:7880',
        keys.LIVEKIT_API_KEY ?? '',
        keys.LIVEKIT_API_SECRET ?? '',
      );
      const [turn] = JSON.parse(inside.all) as {
        urls: string[];
        username: string;
        credential: string;
      }[];
      expect(turn?.urls).toEqual(['turn:127.0.0.1:3478?transport=udp']);
      const relay = (credential: string) =>
        stack.inside(
          'turnutils_uclient',
          '-y',
          '-n',
          '3',
          '-m',
          '1',
          '-u',
          turn?.username ?? '',
          '-w',
          credential,
          '127.0.0.1',
        );
      expect((await relay(turn?.credential ?? '')).all).toContain('Total lost packets 0');
      expect((await relay('guessed')).all).toContain('Cannot complete Allocation');

      // Drills know what is what, and can hit it.
      const doctor = startSwarm(
        ['chaos', 'doctor', '--docker', 'stack', '--url', 'ws://127.0.0.1:7880', '--json'],
        { ...keys, ...engine.env },
        scratch(),
        engine.inNetwork,
      );
      expect(await doctor.ended, doctor.stderr()).toBe(EXIT_CODES.passed.code);
      const { faults } = JSON.parse(doctor.stdout()) as {
        faults: { fault: string; available: string[] }[];
      };
      for (const name of ['kill', 'hang', 'blackhole'])
        expect(faults.find(({ fault }) => fault === name)?.available, name).toEqual([
          ...['coturn', 'haproxy', 'node-1', 'node-2', 'node-3', 'redis'],
        ]);

      for (const service of started)
        expect(await stack.compose('logs', '--no-color', service), service).not.toContain(
          keys.LIVEKIT_API_SECRET,
        );
    } catch (error) {
      const ill = (await stack.states())
        .filter(({ health }) => health !== 'healthy')
        .map(({ service }) => service);
      process.stderr.write(
        `${ill.length === 0 ? '' : await stack.compose('logs', '--no-color', '--tail', '20', ...ill).catch(String)}\n`,
      );
      throw error;
    } finally {
      await stack.compose('down', '--volumes', '--timeout', '3');
    }
    expect(await stack.states()).toEqual([]);
    expect(await engine.docker(['volume', 'ls', '--quiet'])).toBe('');
    expect((await stack.inside('ss', '-Hlntu')).all).toBe('');
  },
);
