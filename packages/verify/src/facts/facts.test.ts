import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { expect, test } from 'vitest';
import type { VerifyRequest } from '../request.ts';
import { type Facts, openFacts } from './facts.ts';

/** Answer of the API of a deployment in which the chosen node does not answer. */
const HANGS = { code: 'unavailable', msg: 'no response from servers' };

/** The API of a deployment that first chooses a node that hangs as often as this. */
const facts = async (
  hanging: number,
): Promise<AsyncDisposable & { facts: Facts; asked: () => number }> => {
  let asked = 0;
  const server = createServer((request, response) => {
    const creates = request.url?.endsWith('/CreateRoom') === true;
    if (creates) asked++;
    const fails = creates && asked <= hanging;
    response
      .writeHead(fails ? 503 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(fails ? HANGS : {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const request: VerifyRequest = {
    access: { url, apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-bytes' },
    guard: LoadGuard.ofOwnServer(readHostRules({}, {}), 'probe'),
    ...{
      nodes: [],
      redisUrl: null,
      allowedAddresses: [],
      adminPorts: null,
      otherHosts: [],
      logFiles: [],
    },
    ...{ token: null, tokenEndpoint: null, webhookPort: null, agent: null, turn: null },
    ...{
      participants: null,
      idleMs: null,
      reloadCommand: null,
      validUntilMs: null,
      mediaMs: 1_000,
    },
    signal: new AbortController().signal,
    onCheck: () => {},
    onRoomsLeft: () => {},
  };
  return {
    facts: openFacts(request),
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

test('a room is made under another name while the API chooses a node that hangs', async () => {
  await using deployment = await facts(2);
  await expect(deployment.facts.makeRoom()).resolves.toMatch(/^swarm-verify-/);
  expect(deployment.asked()).toBe(3);
  await using plain = await facts(2);
  await plain.facts.makePlainRoom();
  expect(plain.asked()).toBe(3);
});

test('a room on a chosen node is tried once, and any other room not without end', async () => {
  await using deployment = await facts(Number.POSITIVE_INFINITY);
  await expect(deployment.facts.makeRoom('ND_hangs')).rejects.toThrow('no response from servers');
  expect(deployment.asked()).toBe(1);
  await expect(deployment.facts.makeRoom()).rejects.toThrow('no response from servers');
  expect(deployment.asked()).toBe(7);
});
