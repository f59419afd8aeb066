import { describe, expect, it } from 'vitest';
import type { FaultTarget } from '../drill/drill.ts';
import type { Component } from '../targets/target.ts';
import { resolveTarget } from './resolve-target.ts';

const part = (name: string, kind: Component['kind'], nodeId: string | null = null): Component => ({
  name,
  kind,
  nodeId,
  ports: null,
});

const ALL = [
  part('node-1', 'node', 'ND_1'),
  part('node-2', 'node', 'ND_2'),
  part('node-3', 'node', 'ND_3'),
  part('redis', 'redis'),
  part('haproxy', 'load-balancer'),
];

const ATTENDANCE = {
  nodes: new Map([
    ['room-c', 'ND_1'],
    ['room-a', 'ND_2'],
    ['room-b', 'ND_2'],
  ]),
  backends: new Map([
    ['p-1', 'node-2'],
    ['p-2', 'node-1'],
  ]),
};

const WIDE = { seed: 7, blastRadius: { maxComponents: 10, maxShare: 1 } };

const aimed = (aim: FaultTarget, drill = WIDE) => {
  const { components, rooms } = resolveTarget(aim, ALL, ATTENDANCE, drill);
  return { members: components.map(({ name }) => name), rooms };
};

describe('an aim', () => {
  it('at the node of the first room, by name, hits the rooms that it holds', () =>
    expect(aimed({ role: 'room-node' })).toEqual({
      members: ['node-2'],
      rooms: ['room-a', 'room-b'],
    }));

  it('at another node takes the one with the fewest rooms', () =>
    expect(aimed({ role: 'other-node' })).toEqual({ members: ['node-3'], rooms: [] }));

  it('at the node of a signal connection prefers one that does not hold the room, too', () =>
    expect(aimed({ role: 'signal-node' }).members).toEqual(['node-1']));

  it('at what all nodes share hits every room', () =>
    expect(aimed({ role: 'redis' })).toEqual({
      members: ['redis'],
      rooms: ['room-a', 'room-b', 'room-c'],
    }));

  it('at a share takes the same nodes for the same seed, and at least one', () => {
    expect(aimed({ role: 'nodes', share: 0.67 }).members).toHaveLength(2);
    expect(aimed({ role: 'nodes', share: 0.67 })).toEqual(aimed({ role: 'nodes', share: 0.67 }));
    expect(aimed({ role: 'nodes', share: 0.01 }).members).toHaveLength(1);
  });

  it('at a name finds it', () =>
    expect(aimed({ role: 'component', name: 'node-1' })).toEqual({
      members: ['node-1'],
      rooms: ['room-c'],
    }));

  it('at nobody is nobody', () =>
    expect(aimed({ role: 'none' })).toEqual({ members: [], rooms: [] }));

  it('at what is not there says what is', () =>
    expect(() => aimed({ role: 'turn' })).toThrow(
      'the TURN server: there is none among node-1, node-2, node-3, redis, haproxy',
    ));

  it('at a name that is not there says what is', () =>
    expect(() => aimed({ role: 'component', name: 'node-9' })).toThrow(
      'node-9: there is none among',
    ));

  it('at the room of a node that is gone says so', () =>
    expect(() =>
      resolveTarget(
        { role: 'room-node' },
        ALL,
        { ...ATTENDANCE, nodes: new Map([['a', 'ND_old']]) },
        WIDE,
      ),
    ).toThrow('no part of the deployment has that node id'));

  it('at more than the drill may hit is refused', () => {
    const narrow = { seed: 7, blastRadius: { maxComponents: 1, maxShare: 0.5 } };
    expect(() => aimed({ role: 'nodes', share: 1 }, narrow)).toThrow(
      "more than the drill's blastRadius allows",
    );
    expect(aimed({ role: 'room-node' }, narrow).members).toEqual(['node-2']);
  });
});
