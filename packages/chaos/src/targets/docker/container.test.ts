import { describe, expect, it } from 'vitest';
import { componentsOf, networkOf, portsOfComponent } from './container.ts';

const container = (name: string, labels: Record<string, string>, created = 1) => ({
  Id: `${name}0123456789abcdef`,
  Names: [`/${name}`],
  Labels: labels,
  Created: created,
});

const compose = (service: string, number: number, more: Record<string, string> = {}) =>
  container(`app_${service}_${number}`, {
    'com.docker.compose.service': service,
    'com.docker.compose.container-number': `${number}`,
    ...more,
  });

const info = (mode: string, exposed: readonly string[] = []) => ({
  HostConfig: { NetworkMode: mode },
  Config: { ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])) },
});

const brief = (containers: Parameters<typeof componentsOf>[0], components = {}): string[] =>
  componentsOf(containers, { components }, 'refuse').map(
    ({ name, settings }) => `${settings.kind} ${name}`,
  );

describe('componentsOf', () => {
  it('selects containers that have a kind, and no others', () => {
    const all = [
      container('lk-10', { 'swarm.component': 'node' }),
      container('lk-9', { 'swarm.component': 'node' }),
      container('grafana', {}),
    ];
    expect(brief(all)).toEqual(['node lk-9', 'node lk-10']);
    expect(brief([])).toEqual([]);
  });

  it('names Compose services by their names, and numbers replicas', () => {
    const all = [
      compose('livekit', 1),
      compose('livekit', 2),
      compose('redis', 1),
      compose('prometheus', 1),
    ];
    expect(brief(all, { livekit: 'node', redis: 'redis' })).toEqual([
      'node livekit-1',
      'node livekit-2',
      'redis redis',
    ]);
    expect(brief(all, { app_livekit_2: 'node' })).toEqual(['node livekit-2']);
  });

  it('ignores containers of "docker compose run"', () => {
    const once = compose('livekit', 1, { 'com.docker.compose.oneoff': 'True' });
    expect(brief([once, compose('livekit', 1)], { livekit: 'node' })).toEqual(['node livekit']);
  });

  it('prefers the label to the command line', () => {
    expect(
      brief([compose('cache', 1, { 'swarm.component': 'redis', 'swarm.name': 'r' })], {
        cache: 'node',
      }),
    ).toEqual(['redis r']);
  });

  const wrong = [
    [
      container('x', { 'swarm.component': 'Node' }, 3),
      'label swarm.component: unknown kind "Node"',
    ],
    [
      container('x', { 'swarm.component': 'node', 'swarm.udp': 'all' }, 3),
      'label swarm.udp: "all" is not a port or a range of ports',
    ],
    [
      container('x', { 'swarm.component': 'node', 'swarm.name': 'lk-1' }, 3),
      'two containers are called "lk-1": lk-101234567 and x0123456789',
    ],
  ] as const;
  const node = container('lk-1', { 'swarm.component': 'node' }, 2);

  it.each(wrong)('refuses wrong labels and duplicate names, or leaves them out: %#', (one, why) => {
    for (const all of [
      [one, node],
      [node, one],
    ]) {
      expect(() => componentsOf(all, { components: {} }, 'refuse')).toThrow(why);
      const left = componentsOf(all, { components: {} }, 'leave-out');
      expect(left.map(({ id }) => id)).toEqual([node.Id]);
    }
  });
});

describe('portsOfComponent', () => {
  const [node] = componentsOf(
    [container('a', { 'swarm.component': 'node' })],
    { components: {} },
    'refuse',
  );
  const [redis] = componentsOf(
    [container('b', { 'swarm.component': 'redis' })],
    { components: {} },
    'refuse',
  );
  const [labelled] = componentsOf(
    [
      container('c', {
        'swarm.component': 'node',
        'swarm.udp': '7882',
        'swarm.address': '127.0.0.1',
      }),
    ],
    { components: {} },
    'refuse',
  );
  if (node === undefined || redis === undefined || labelled === undefined)
    throw new Error('none was found');

  it('does not guess ports in the network of the host', () => {
    expect(portsOfComponent(node, info('host', ['7880/tcp']))).toBeNull();
    expect(portsOfComponent(labelled, info('host'))).toEqual({
      address: '127.0.0.1',
      udp: [7_882, 7_882],
      tcp: [],
    });
    expect(portsOfComponent(node, info('container:abc'))).toBeNull();
  });

  it('uses the exposed ports of a container in its own network, and all UDP ports without them', () => {
    const exposed = ['7881/tcp', '50010/udp', '50000/udp', '7880'];
    expect(portsOfComponent(node, info('bridge', exposed))).toEqual({
      address: '0.0.0.0',
      udp: [50_000, 50_010],
      tcp: [7_880, 7_881],
    });
    expect(portsOfComponent(node, info('app_default'))).toEqual({
      address: '0.0.0.0',
      udp: [1, 65_535],
      tcp: [],
    });
    expect(portsOfComponent(redis, info('app_default', ['6379/tcp']))).toEqual({
      address: '0.0.0.0',
      udp: null,
      tcp: [6_379],
    });
    expect(portsOfComponent(redis, info('none'))).toBeNull();
  });

  it('finds the network of a container', () => {
    expect(
      ['host', 'bridge', 'none', 'x_default', 'container:abc'].map((mode) => networkOf(info(mode))),
    ).toEqual([...['host', 'own', 'own', 'own', 'shared']]);
  });
});
