import { describe, expect, it } from 'vitest';
import type { FaultTarget } from '../drill/drill.ts';
import type { Component } from '../targets/platform.ts';
import { resolveTarget } from './resolve-target.ts';

const part = (name: string, kind: Component['kind'], nodeId: string | null = null): Component => ({
  name,
  kind,
  nodeId,
  instance: name,
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
  agents: new Map([
    ['room-b', 'agent-worker-2-AJ_b'],
    ['room-c', 'agent-worker-1-AJ_c'],
  ]),
};

const WIDE = { seed: 7, blastRadius: { maxComponents: 10, maxShare: 1 } };

const aimed = (aim: FaultTarget, drill = WIDE) => {
  const { components, rooms } = resolveTarget(aim, ALL, ATTENDANCE, drill);
  return { members: components.map(({ name }) => name), rooms };
};

describe('a target', () => {
  it('room-node: the node of the first room by name affects the rooms that it holds', () =>
    expect(aimed({ role: 'room-node' })).toEqual({
      members: ['node-2'],
      rooms: ['room-a', 'room-b'],
    }));

  it('other-node: the other node with the fewest rooms', () =>
    expect(aimed({ role: 'other-node' })).toEqual({ members: ['node-3'], rooms: [] }));

  it('signal-node: preferably one that does not hold the room', () =>
    expect(aimed({ role: 'signal-node' }).members).toEqual(['node-1']));

  it('a component that all nodes share affects every room', () =>
    expect(aimed({ role: 'redis' })).toEqual({
      members: ['redis'],
      rooms: ['room-a', 'room-b', 'room-c'],
    }));

  it('nodes: the same for the same seed, at least one', () => {
    expect(aimed({ role: 'nodes', share: 0.67 }).members).toHaveLength(2);
    expect(aimed({ role: 'nodes', share: 0.67 })).toEqual(aimed({ role: 'nodes', share: 0.67 }));
    expect(aimed({ role: 'nodes', share: 0.01 }).members).toHaveLength(1);
  });

  it('spare-node: one that does not run, and was not ended by a fault', () => {
    const killed = { ...part('node-1', 'node'), instance: null };
    const spare = { ...part('node-4', 'node'), instance: null };
    const all = [killed, ...ALL.slice(1), spare];
    const of = (aim: FaultTarget, affected: Component[]) =>
      resolveTarget(aim, all, ATTENDANCE, WIDE, affected).components.map(({ name }) => name);
    expect(of({ role: 'spare-node' }, [killed])).toEqual(['node-4']);
    // A share is one of the nodes without the spare one.
    expect(of({ role: 'nodes', share: 1 }, [killed]).sort()).toEqual([
      'node-1',
      'node-2',
      'node-3',
    ]);
    expect(() => of({ role: 'spare-node' }, [killed, spare])).toThrow('a node that does not run');
  });

  it('agent-worker: the one whose agent is in the first room that has one', () => {
    const workers = [
      part('agent-worker-1', 'agent-worker'),
      part('agent-worker-2', 'agent-worker'),
    ];
    const of = (aim: FaultTarget) => {
      const { components, rooms } = resolveTarget(aim, [...ALL, ...workers], ATTENDANCE, WIDE);
      return { members: components.map(({ name }) => name), rooms };
    };
    expect(of({ role: 'agent-worker' })).toEqual({
      members: ['agent-worker-2'],
      rooms: ['room-b'],
    });
    expect(of({ role: 'agent-workers', share: 1 })).toEqual({
      members: ['agent-worker-1', 'agent-worker-2'],
      rooms: ['room-b', 'room-c'],
    });
    expect(() => aimed({ role: 'agent-worker' })).toThrow('no agent of a known worker has joined');
  });

  it('egress: the first worker by name, and no room is affected', () => {
    const workers = [part('egress-2', 'egress'), part('egress-1', 'egress')];
    const { components, rooms } = resolveTarget(
      { role: 'egress' },
      [...ALL, ...workers],
      ATTENDANCE,
      WIDE,
    );
    expect(components.map(({ name }) => name)).toEqual(['egress-1']);
    expect(rooms).toEqual([]);
    expect(() => aimed({ role: 'egress' })).toThrow('a worker of egress: not found among node-1');
  });

  it('component: by its name', () =>
    expect(aimed({ role: 'component', name: 'node-1' })).toEqual({
      members: ['node-1'],
      rooms: ['room-c'],
    }));

  it('none: no component', () =>
    expect(aimed({ role: 'none' })).toEqual({ members: [], rooms: [] }));

  it('not found: with the components that exist', () =>
    expect(() => aimed({ role: 'turn' })).toThrow(
      'the TURN server: not found among node-1, node-2, node-3, redis, haproxy',
    ));

  it('not found by name: with the components that exist', () =>
    expect(() => aimed({ role: 'component', name: 'node-9' })).toThrow('node-9: not found among'));

  it('the node of the room not found', () =>
    expect(() =>
      resolveTarget(
        { role: 'room-node' },
        ALL,
        { ...ATTENDANCE, nodes: new Map([['a', 'ND_old']]) },
        WIDE,
      ),
    ).toThrow('no component of the deployment has that node ID'));

  it('more than the blast radius is rejected', () => {
    const narrow = { seed: 7, blastRadius: { maxComponents: 1, maxShare: 0.5 } };
    expect(() => aimed({ role: 'nodes', share: 1 }, narrow)).toThrow(
      "more than the drill's blastRadius allows",
    );
    expect(aimed({ role: 'room-node' }, narrow).members).toEqual(['node-2']);
  });
});
