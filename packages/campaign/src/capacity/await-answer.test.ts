import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { RemoteTarget } from '../target.ts';
import { awaitAnswer } from './await-answer.ts';

const targetAt = (port: number): RemoteTarget => ({
  ...{ type: 'remote', url: `ws://127.0.0.1:${port}` },
  ...{ apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' },
});

/** Waits, and counts the notes that it does not answer. */
const wait = async (
  port: number,
  longestMs: number,
  signal = new AbortController().signal,
  onWait = () => {},
) => {
  let notes = 0;
  const count = (): void => {
    notes++;
    onWait();
  };
  const answered = await awaitAnswer(targetAt(port), signal, count, longestMs);
  return { answered, notes };
};

test('a refusal is an answer', async () => {
  const server = createServer((_, response) => response.writeHead(401).end()).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await wait(port, 0)).toEqual({ answered: true, notes: 0 });
  server.close();
});

test('a deployment that answers later is waited for', async () => {
  let isReady = false;
  const server = createServer((request, response) =>
    isReady ? response.writeHead(401).end() : request.socket.destroy(),
  ).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ready = (): void => {
    isReady = true;
  };
  expect(await wait(port, 60_000, undefined, ready)).toEqual({ answered: true, notes: 1 });
  server.close();
});

test('the wait ends after its longest time, and when the search is interrupted', async () => {
  expect(await wait(9, 0)).toEqual({ answered: false, notes: 1 });
  expect(await wait(9, 60_000, AbortSignal.abort())).toEqual({ answered: false, notes: 0 });
});
