import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RoomWatch } from './room-watch.ts';

let dispatched = 0;
beforeEach(() => {
  dispatched = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const watch = (...events: Parameters<RoomWatch['take']>[0][]): RoomWatch => {
  const created = new RoomWatch(2_000, () => {
    dispatched += 1;
  });
  for (const event of events) created.take(event);
  return created;
};

test('an agent is dispatched again when the last one has left, until one is there', () => {
  const room = watch('agent_joined', 'agent_left');
  vi.advanceTimersByTime(1_999);
  expect(dispatched).toBe(0);
  vi.advanceTimersByTime(4_001);
  expect(dispatched).toBe(3);
  room.take('agent_added');
  vi.advanceTimersByTime(60_000);
  expect(dispatched).toBe(3);
});

test('a room that has another agent gets none', () => {
  watch('agent_joined', 'agent_added', 'agent_left');
  vi.advanceTimersByTime(60_000);
  expect(dispatched).toBe(0);
});

test('an agent that did not join is dispatched again', () => {
  watch('agent_lost');
  vi.advanceTimersByTime(2_000);
  expect(dispatched).toBe(1);
});

test('a caller that has left gets none', () => {
  watch('agent_joined', 'agent_left', 'left');
  vi.advanceTimersByTime(60_000);
  expect(dispatched).toBe(0);
});

test('a caller that rejoins gets the agent that its room has lost', () => {
  watch('agent_joined', 'agent_left', 'disconnected', 'rejoined');
  vi.advanceTimersByTime(2_000);
  expect(dispatched).toBe(1);
});

test('a caller that rejoins a room with its agent gets none', () => {
  watch('agent_joined', 'disconnected', 'rejoined');
  vi.advanceTimersByTime(60_000);
  expect(dispatched).toBe(0);
});
