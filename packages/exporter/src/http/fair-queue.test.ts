import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

it('does the work of a client that has little before the rest of one that has much', async () => {
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

it('looks at the sockets after the work of a few of many clients', async () => {
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

it('does work that is added by work', async () => {
  const queue = createFairQueue();
  const done: string[] = [];
  queue.push('client', () => {
    queue.push('client', () => done.push('second'));
    done.push('first');
  });
  while (done.length < 2) await nextTurn();
  expect(done).toEqual(['first', 'second']);
});
