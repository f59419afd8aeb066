import { SwarmError } from '@livekit-swarm/settings';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Engine } from '../docker/engine.ts';
import { lockEngine } from './engine-lock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Engine whose connection can be cut, which a real one does not allow at a chosen second. */
const engineOf = (answers: Partial<Engine> = {}) => {
  const removed: string[] = [];
  const refused = async (): Promise<never> => {
    throw new Error('an unexpected request');
  };
  const engine: Engine = {
    ...{ list: refused, kill: refused, pause: refused, unpause: refused, start: refused },
    ...{
      findInLog: refused,
      lacksPause: refused,
      create: refused,
      rename: refused,
      setRestart: refused,
      inspectImage: refused,
      inspect: refused,
      exec: refused,
    },
    run: async () => 'id-of-mine',
    restart: async () => {
      throw new SwarmError('docker_unavailable', 'no Docker engine answers at tcp://lk-1:2376');
    },
    remove: async (id) => void removed.push(id),
    ...answers,
  };
  return { engine, removed };
};

it('is lost when the engine receives no sign of life within the lifetime of the lock', async () => {
  const { engine, removed } = engineOf();
  {
    await using lock = await lockEngine(engine, 'image', 'drill', 'lk-1');
    await vi.advanceTimersByTimeAsync(39_000);
    expect(() => lock.assertHeld()).not.toThrow();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(() => lock.assertHeld()).toThrow(
      'the lock on lk-1 is lost (no Docker engine answers at tcp://lk-1:2376): another drill may have begun there',
    );
  }
  // The lock removes its container by ID: the container of another drill may have the name by now.
  expect(removed).toEqual(['id-of-mine']);
});

it('is lost when its container has ended, for which a restart returns no error', async () => {
  const { engine } = engineOf({ restart: async () => {}, inspect: async () => null });
  await using lock = await lockEngine(engine, 'image', 'drill', 'lk-1');
  expect(() => lock.assertHeld()).not.toThrow();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(() => lock.assertHeld()).toThrow('the lock on lk-1 is lost (its container has ended)');
});
