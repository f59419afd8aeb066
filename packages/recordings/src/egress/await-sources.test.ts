import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { awaitSources } from './await-sources.ts';
import type { EgressSource } from './egress-run.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const source = (room: string): EgressSource => ({
  ...{ room, kind: 'participant', of: 'p1', tracks: ['audio'], path: `${room}.mp4` },
});
const never = new AbortController().signal;

/** A load in which rooms appear at these looks, each of which takes a second. */
const loadWith = (...roomsAtLook: number[]) => {
  let looks = 0;
  return {
    choose: () => {
      vi.setSystemTime(Date.now() + 1_000);
      const rooms = roomsAtLook[Math.min(looks++, roomsAtLook.length - 1)] ?? 0;
      return Promise.resolve(Array.from({ length: rooms }, (_, index) => source(`r${index}`)));
    },
    looks: () => looks,
  };
};

test('without a wait, the rooms that are there are taken', async () => {
  const load = loadWith(2, 3);
  expect(await awaitSources(load.choose, 0, never)).toHaveLength(2);
  expect(load.looks()).toBe(1);
});

test('waits until no room was added for two seconds', async () => {
  const load = loadWith(0, 0, 1, 3, 3, 3, 9);
  expect(await awaitSources(load.choose, 60_000, never)).toHaveLength(3);
  expect(load.looks()).toBe(6);
});

test('waits no longer than it may, and not after an interruption', async () => {
  const empty = loadWith(0);
  expect(await awaitSources(empty.choose, 2_000, never)).toEqual([]);
  expect(empty.looks()).toBe(2);
  const growing = loadWith(1, 2, 3, 4, 5);
  expect(await awaitSources(growing.choose, 3_000, never)).toHaveLength(3);
  expect(await awaitSources(loadWith(1).choose, 60_000, AbortSignal.abort())).toHaveLength(1);
});
