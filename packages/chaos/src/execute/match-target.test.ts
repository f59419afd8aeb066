import type { FaultTarget } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import type { Component } from '../targets/platform.ts';
import { matchTarget, type TargetFacts } from './match-target.ts';

const component = (
  name: string,
  kind: Component['kind'],
  nodeId: string | null = null,
): Component => ({ name, kind, nodeId, instance: null, ports: null });

/** Rooms on two of three nodes, and a Redis that knows all of them. */
const facts = (changes: Partial<TargetFacts> = {}): TargetFacts => ({
  targets: [{ role: 'room-node' }],
  components: [
    component('lk-1', 'node', 'ND_1'),
    component('lk-2', 'node', 'ND_2'),
    component('lk-3', 'node', 'ND_3'),
    component('cache', 'redis'),
    component('lb', 'load-balancer'),
    component('relay', 'turn'),
  ],
  roomNodes: new Set(['ND_1', 'ND_2']),
  redisNodes: new Map([['cache', new Set(['ND_1', 'ND_2', 'ND_3'])]]),
  observedNodes: null,
  serves: new Map([
    ['lb', true],
    ['relay', true],
  ]),
  ...changes,
});

const EVERY_TARGET: FaultTarget[] = [
  { role: 'room-node' },
  { role: 'other-node' },
  { role: 'signal-node' },
  { role: 'nodes', share: 0.5 },
  { role: 'component', name: 'lk-3' },
  { role: 'component', name: 'cache' },
  { role: 'redis' },
  { role: 'load-balancer' },
  { role: 'turn' },
];

describe('a target', () => {
  it('is proven by the nodes of the rooms, their Redis and their URL', () => {
    expect(matchTarget(facts({ targets: EVERY_TARGET }))).toBeNull();
  });

  it.each(EVERY_TARGET)('is another deployment when the rooms are elsewhere: %j', (target) => {
    expect(matchTarget(facts({ targets: [target], roomNodes: new Set(['ND_9']) }))).toMatchObject({
      code: 'target_mismatch',
      roomNodes: ['ND_9'],
    });
  });

  it('is not checked when nothing is injected', () => {
    const roomNodes = new Set(['ND_9']);
    expect(matchTarget(facts({ targets: [], roomNodes }))).toBeNull();
    expect(matchTarget(facts({ targets: [{ role: 'none' }], roomNodes }))).toBeNull();
  });

  it('must name every node that holds rooms', () => {
    const components = [component('lk-1', 'node', 'ND_1')];
    expect(matchTarget(facts({ components }))).toEqual({
      code: 'target_mismatch',
      kind: 'node',
      components: ['lk-1'],
      roomNodes: ['ND_2'],
    });
  });

  it('is unproven when the id of a node is not known', () => {
    const components = [component('lk-1', 'node', 'ND_1'), component('lk-2', 'node')];
    const unproven = { code: 'target_unproven', kind: 'node', why: 'node_id_unknown' };
    expect(matchTarget(facts({ components }))).toMatchObject(unproven);
    expect(matchTarget(facts({ roomNodes: new Set() }))).toMatchObject(unproven);
  });

  it('is unproven when it is a node without rooms that no Redis lists with the nodes of the rooms', () => {
    const targets: FaultTarget[] = [{ role: 'other-node' }];
    const unproven = { code: 'target_unproven', components: ['lk-3'], why: 'node_not_registered' };
    const without = { targets, redisNodes: new Map() };
    expect(matchTarget(facts(without))).toMatchObject(unproven);
    const foreign = new Map([['cache', new Set(['ND_3', 'ND_4'])]]);
    expect(matchTarget(facts({ targets, redisNodes: foreign }))).toMatchObject(unproven);
    const observedNodes = new Set(['ND_1', 'ND_3']);
    expect(matchTarget(facts({ ...without, observedNodes }))).toBeNull();
  });

  it('is another deployment when its Redis knows other nodes', () => {
    const redisNodes = new Map([['cache', new Set(['ND_4'])]]);
    expect(matchTarget(facts({ targets: [{ role: 'redis' }], redisNodes }))).toMatchObject({
      code: 'target_mismatch',
      kind: 'redis',
      components: ['cache'],
    });
  });

  it('is unproven when Redis, the load balancer, TURN or egress gives no evidence', () => {
    const { components } = facts();
    const unknown = facts({
      components: [...components, component('egress-1', 'egress')],
      redisNodes: new Map([['cache', null]]),
      serves: new Map(),
    });
    const why = (role: 'redis' | 'load-balancer' | 'turn' | 'egress') =>
      matchTarget({ ...unknown, targets: [{ role }] });
    expect(why('redis')).toMatchObject({ code: 'target_unproven', why: 'redis_unreadable' });
    expect(why('load-balancer')).toMatchObject({ why: 'address_unknown' });
    expect(why('turn')).toMatchObject({ why: 'turn_not_reported' });
    expect(why('egress')).toMatchObject({ why: 'egress_not_reported' });
  });

  it('is another deployment even if another target is only unproven', () => {
    const serves = new Map([['lb', false]]);
    const targets: FaultTarget[] = [{ role: 'turn' }, { role: 'load-balancer' }];
    expect(matchTarget(facts({ targets, serves }))).toMatchObject({
      code: 'target_mismatch',
      components: ['lb'],
    });
  });
});
