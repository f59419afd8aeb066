import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

it('does the only work of a client before the rest of a client with much work', async () => {
  const queue = createFairQueue();
  const done: string[] = [];
  for (let number = 0; number < 50; number++) queue.push('flood', () => done.push('flood'));
  queue.push('scraper', () => done.push('scraper'));
  await nextTurn();
  expect(done).toEqual(['flood', 'scraper']);
  while (done.length < 51) await nextTurn();
});

it('keeps the order of the work of one client', async () => {
  const queue = createFairQueue();
  const done: number[] = [];
  for (let number = 0; number < 5; number++) queue.push('client', () => done.push(number));
  while (done.length < 5) await nextTurn();
  expect(done).toEqual([0, 1, 2, 3, 4]);
});

it('lets the event loop read sockets after the work of a few clients', async () => {
  const queue = createFairQueue();
  const done: number[] = [];
  for (let number = 0; number < 100; number++)
    queue.push(`client ${number}`, () => done.push(number));
  await nextTurn();
  expect(done.length).toBeGreaterThan(0);
  expect(done.length).toBeLessThan(20);
  while (done.length < 100) await nextTurn();
  expect(done).toEqual(Array.from({ length: 100 }, (_, number) => number));
});

it('does work that other work adds', async () => {
  const queue = createFairQueue();
  const done: string[] = [];
  queue.push('client', () => {
    queue.push('client', () => done.push('second'));
    done.push('first');
  });
  while (done.length < 2) await nextTurn();
  expect(done).toEqual(['first', 'second']);
});
