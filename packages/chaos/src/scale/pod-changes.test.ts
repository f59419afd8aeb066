import type { DrillEvent } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { podOf as pod } from '../../test/support/node-pods.ts';
import { createPodChanges } from './pod-changes.ts';

/** Follows pods, with rooms r1 to r3 of the load. */
const follow = () => {
  const events: string[] = [];
  const append = (event: DrillEvent): void => {
    if (event.event === 'node_ordered') events.push(`${event.component} ordered ${event.why}`);
    if (event.event === 'node_registered') events.push(`${event.component} registered`);
    if (event.event !== 'node_changed') return;
    const { component, step, id, rooms, detail } = event;
    events.push([component, step, id, rooms.join('+'), detail ?? ''].join(' ').trim());
  };
  const changes = createPodChanges(new Set(['r1', 'r2', 'r3']), append);
  const see = (placed: Record<string, string>, ...serving: string[]): void =>
    changes.see({ placed: new Map(Object.entries(placed)), serving: new Set(serving) });
  const taken = (): string[] => events.splice(0);
  return { changes, see, taken };
};

const A = pod('a');
const B = pod('b');

test('a pod that a decision adds is ordered, ready and registered', () => {
  const { changes, see, taken } = follow();
  changes.look([A]);
  expect(taken()).toEqual([]);
  expect(changes.serving()).toEqual(['a']);
  changes.decided(1, 2);
  changes.look([A, pod('b', { ready: false, nodeId: null })]);
  see({}, 'ND_a');
  expect(taken()).toEqual(['b ordered scale']);
  // Ready, and the ID of its node is not known yet.
  changes.look([A, pod('b', { nodeId: null })]);
  expect(changes.serving()).toEqual(['a']);
  changes.look([A, B]);
  expect(taken()).toEqual(['b ready scale']);
  see({}, 'ND_a', 'ND_b');
  expect(taken()).toEqual(['b registered']);
  expect(changes.names()).toEqual(
    new Map([
      ['ND_a', 'a'],
      ['ND_b', 'b'],
    ]),
  );
});

test('a pod that has drained ends without rooms', () => {
  const { changes, see, taken } = follow();
  changes.look([A, B]);
  see({ r1: 'ND_b', r2: 'ND_a', other: 'ND_b' });
  changes.decided(2, 1);
  const leaving = pod('b', { terminating: true });
  changes.look([A, leaving]);
  // Rooms of others are not named.
  expect(taken()).toEqual(['b draining scale r1']);
  expect(changes.serving()).toEqual(['a']);
  see({ r2: 'ND_a' });
  changes.look([A, { ...leaving, exitCode: 0 }]);
  expect(taken()).toEqual(['b stopped scale  exit code 0']);
  // It is listed until its status is removed.
  changes.look([A, { ...leaving, exitCode: 0 }]);
  changes.look([A]);
  expect(taken()).toEqual([]);
});

test('rooms that another node has taken over by the end were cut', () => {
  const { changes, see, taken } = follow();
  changes.look([A, B]);
  see({ r1: 'ND_b', r2: 'ND_b', r3: 'ND_b' });
  changes.decided(2, 1);
  changes.look([A, pod('b', { terminating: true })]);
  // r3 has ended; the participants of r1 were faster than the cluster.
  see({ r1: 'ND_a', r2: 'ND_b' });
  taken();
  changes.look([A]);
  expect(taken()).toEqual(['b cutting scale r1+r2', 'b stopped scale r1+r2']);
});

test('a change is explained by a decision that becomes known later', () => {
  const { changes, taken } = follow();
  changes.look([A]);
  changes.look([A, B]);
  expect(taken()).toEqual([]);
  changes.decided(1, 2);
  changes.look([A, B]);
  expect(taken()).toEqual(['b ordered scale', 'b ready scale']);
});

test('a pod that changes without a decision is not the work of the autoscaler', () => {
  const { changes, see, taken } = follow();
  changes.look([A]);
  see({ r1: 'ND_a' });
  const evicted = pod('a', { terminating: true });
  const next = pod('c', { ready: false, nodeId: null });
  changes.look([evicted, next]);
  expect(taken()).toEqual([]);
  changes.look([evicted, next]);
  expect(taken()).toEqual(['a draining other r1', 'c ordered other']);
});

test('a container that ends on its own is another node when it runs again', () => {
  const { changes, see, taken } = follow();
  changes.look([A]);
  see({ r1: 'ND_a' });
  const crashed = pod('a', { exitCode: 2, ready: false });
  changes.look([crashed]);
  changes.look([crashed]);
  expect(taken()).toEqual(['a cutting other r1', 'a stopped other r1 exit code 2']);
  const again = pod('a', { restarts: 1, containerId: 'second', nodeId: 'ND_again' });
  changes.look([again]);
  changes.look([again]);
  expect(taken()).toEqual(['a ordered other', 'a ready scale']);
});

test('a decision that is reversed before a pod changes explains no crash', () => {
  const { changes, taken } = follow();
  changes.look([A]);
  changes.decided(1, 4);
  changes.decided(4, 1);
  const killed = pod('a', { exitCode: 137, ready: false });
  changes.look([killed]);
  expect(taken()).toEqual(['a stopped other  exit code 137']);
});

test('a crash does not use up a scale-in, and its restart no scale-out', () => {
  const { changes, taken } = follow();
  changes.look([A, B]);
  changes.decided(2, 1);
  changes.look([pod('a', { exitCode: 137, ready: false }), B]);
  changes.look([pod('a', { exitCode: 137, ready: false }), pod('b', { terminating: true })]);
  expect(taken()).toEqual(['a stopped other  exit code 137', 'b draining scale']);
  changes.decided(1, 2);
  const again = pod('a', { restarts: 1, containerId: 'second', nodeId: 'ND_again' });
  changes.look([again]);
  changes.look([again, pod('c')]);
  expect(taken()).toEqual([
    ...['b stopped scale', 'a ordered other', 'a ready scale'],
    ...['c ordered scale', 'c ready scale'],
  ]);
});

test('a container that waits to start again is not another node', () => {
  const { changes, taken } = follow();
  changes.look([A]);
  changes.look([pod('a', { exitCode: 1, ready: false })]);
  const waiting = pod('a', { ready: false, running: false });
  for (let look = 0; look < 3; look++) changes.look([waiting]);
  expect(taken()).toEqual(['a stopped other  exit code 1']);
  changes.look([pod('a', { restarts: 1, containerId: 'second', nodeId: 'ND_again' })]);
  expect(taken()).toEqual(['a ordered other', 'a ready scale']);
});

test('a ready pod without the ID of its node is named until it has one', () => {
  const { changes } = follow();
  changes.look([pod('a', { nodeId: null }), B]);
  expect(changes.unnamed()).toEqual(['a']);
  changes.look([pod('a', { nodeId: null, terminating: true }), B]);
  expect(changes.unnamed()).toEqual([]);
  changes.look([A, B, pod('c', { ready: false, nodeId: null })]);
  expect(changes.unnamed()).toEqual([]);
});
