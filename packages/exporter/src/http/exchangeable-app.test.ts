import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { ExchangeableApp } from './exchangeable-app.ts';

it('waits for the requests of every replaced application', async () => {
  const answer = Promise.withResolvers<void>();
  const slow = new Hono().get('/', async (c) => {
    await answer.promise;
    return c.text('done');
  });
  const app = new ExchangeableApp(slow);
  const env = {} as Parameters<typeof app.fetch>[1];
  const running = app.fetch(new Request('http://exporter.test/'), env);
  const ended: string[] = [];
  const waits = ['first', 'second'].map((name) =>
    app.exchange(new Hono()).then(() => ended.push(name)),
  );
  expect(await app.fetch(new Request('http://exporter.test/'), env)).toHaveProperty('status', 404);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toEqual([]);
  answer.resolve();
  expect(await running).toHaveProperty('status', 200);
  await Promise.all(waits);
  expect(ended).toEqual(['first', 'second']);
});
