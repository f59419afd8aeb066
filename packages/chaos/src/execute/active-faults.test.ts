import { expect, it } from 'vitest';
import { faultOf } from '../../test/support/drill-of.ts';
import type { DrillFault, FaultTarget } from '../drill/drill.ts';
import { FAULTS } from '../faults/index.ts';
import type { Component } from '../targets/platform.ts';
import { createActiveFaults } from './fault-schedule.ts';

const part = (name: string, kind: Component['kind'] = 'node'): Component => ({
  name,
  kind,
  nodeId: `ND_${name}`,
  instance: name,
  ports: null,
});

const ALL = [part('a'), part('b'), part('c'), part('cache', 'redis')];
const ATTENDANCE = {
  nodes: new Map([['room-1', 'ND_a']]),
  backends: new Map<string, string>(),
  agents: new Map<string, string>(),
};

const aiming = (maxComponents: number, maxShare: number) => {
  const hits = createActiveFaults({ seed: 1, blastRadius: { maxComponents, maxShare } });
  return (changes: Partial<DrillFault>): string | null => {
    const due = faultOf(changes);
    const fault = FAULTS.get(due.fault);
    if (fault === undefined) throw new Error(`there is no ${due.fault}`);
    return hits.target(due, fault, ALL, ATTENDANCE).unavailable;
  };
};

const at = (name: string): FaultTarget => ({ role: 'component', name });

it('counts every component that is affected at the same time, whatever its role', () => {
  const aim = aiming(2, 0.5);
  expect(aim({ target: at('b') })).toBeNull();
  expect(() => aim({ target: { role: 'room-node' }, atMs: 5_000 })).toThrow(
    "the node that holds the first room is a, and b would be affected at the same time: more than the drill's blastRadius allows",
  );
  expect(aim({ target: at('cache'), atMs: 5_000 })).toBeNull();
  // A fault that was rolled back on schedule does not count: the next may start when it ends.
  expect(aim({ target: { role: 'room-node' }, atMs: 15_000 })).toBeNull();
});

it('counts a terminated component to the end of the drill, and a restarted one for its down time', () => {
  const aim = aiming(1, 1);
  const restart = { fault: 'restart', params: { grace: 0, down: 0 } };
  expect(aim({ ...restart, target: at('a'), durationMs: null })).toBeNull();
  expect(aim({ ...restart, target: at('b'), atMs: 1_000, durationMs: 9_000 })).toBeNull();
  expect(() => aim({ target: at('c'), atMs: 2_000 })).toThrow('blastRadius');
  expect(aim({ target: at('c'), atMs: 10_000, durationMs: null })).toBeNull();
  expect(() => aim({ target: at('a'), atMs: 900_000 })).toThrow('blastRadius');
});

it('reports a component that cannot have both faults, also for targets of different names', () => {
  const aim = aiming(3, 1);
  expect(aim({ target: { role: 'room-node' } })).toBeNull();
  expect(aim({ fault: 'hang', target: at('a'), atMs: 5_000 })).toBe(
    'its target a is still affected by kill, which excludes it',
  );
  expect(aim({ fault: 'hang', target: at('b'), atMs: 5_000 })).toBeNull();
  expect(aim({ fault: 'hang', target: at('a'), atMs: 10_000 })).toBeNull();
});

it('reports a fault that cannot be injected into the kind of a component', () => {
  expect(aiming(1, 1)({ fault: 'redis-kill', target: at('a') })).toBe(
    'cannot be injected into a (node), only into redis',
  );
});
