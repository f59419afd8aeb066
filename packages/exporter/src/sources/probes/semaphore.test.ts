import { describe, expect, it } from 'vitest';
import { createSemaphore } from './semaphore.ts';

const { signal } = new AbortController();
const enter = async (semaphore: ReturnType<typeof createSemaphore>): Promise<() => void> => {
  const leave = await semaphore.enter(1_000, signal);
  if (typeof leave === 'string') throw new Error(`did not get through: ${leave}`);
  return leave;
};

describe('semaphore', () => {
  it('gives a free place to the first in the queue', async () => {
    const semaphore = createSemaphore(1, 2);
    const leave = await enter(semaphore);
    const order: string[] = [];
    const come = async (name: string): Promise<() => void> => {
      const done = await enter(semaphore);
      order.push(name);
      return done;
    };
    const second = come('second');
    const third = come('third');
    expect([semaphore.inside, semaphore.waiting]).toEqual([1, 2]);
    leave();
    (await second)();
    (await third)();
    expect(order).toEqual(['second', 'third']);
    expect([semaphore.inside, semaphore.waiting]).toEqual([0, 0]);
  });

  it('rejects work when the queue is full, or after its maximum wait', async () => {
    const semaphore = createSemaphore(1, 1);
    const leave = await enter(semaphore);
    const waiting = semaphore.enter(20, signal);
    expect(await semaphore.enter(1_000, signal)).toBe('full');
    expect(await waiting).toBe('too_long');
    expect(semaphore.waiting).toBe(0);
    leave();
    expect(await createSemaphore(1, 0).enter(0, signal)).toBeTypeOf('function');
  });

  it('removes aborted work from the queue', async () => {
    const semaphore = createSemaphore(1, 1);
    const leave = await enter(semaphore);
    const gone = new AbortController();
    const waiting = semaphore.enter(1_000, gone.signal);
    gone.abort();
    expect(await waiting).toBe('gone');
    expect(await semaphore.enter(1_000, gone.signal)).toBe('gone');
    leave();
    expect(semaphore.inside).toBe(0);
  });

  it('frees a place once if it is freed twice', async () => {
    const semaphore = createSemaphore(2, 0);
    const [leave] = [await enter(semaphore), await enter(semaphore)];
    leave?.();
    leave?.();
    expect(semaphore.inside).toBe(1);
  });
});
