import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { readAgentStatus } from './agent-status.ts';

type Call = (method: string, room: string) => unknown;

/** Codes of Twirp, by HTTP status. */
const CODES: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  404: 'not_found',
  503: 'unavailable',
};

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/**
 * Server of LiveKit's API, for rooms that close while they are listed and nodes that do not answer.
 * A number is the status of an error.
 */
const serve = async (answer: Call) => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { room = '', names = [] } = JSON.parse(Buffer.concat(chunks).toString());
    const method = request.url?.split('/').at(-1) ?? '';
    const result = answer(method, room || (names[0] ?? ''));
    const json = { 'content-type': 'application/json' };
    if (typeof result !== 'number') response.writeHead(200, json).end(JSON.stringify(result));
    else {
      const error = { code: CODES[result], msg: 'no response from servers' };
      response.writeHead(result, json).end(JSON.stringify(error));
    }
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-bytes' };
};

const ROOMS = { rooms: [{ name: 'busy' }, { name: 'gone' }, { name: 'lost' }] };

test('a room that closed meanwhile is left out, and one that cannot be read is named', async () => {
  const target = await serve((method, room) => {
    if (method === 'ListRooms') return room === '' ? ROOMS : room === 'gone' ? {} : ROOMS;
    if (method === 'ListParticipants')
      return room === 'busy' ? { participants: [{ identity: 'agent-1', kind: 'AGENT' }] } : {};
    if (room === 'gone') return 404;
    return room === 'lost' ? 503 : { agentDispatches: [] };
  });
  expect((await readAgentStatus(target, [])).rooms).toEqual([
    { room: 'busy', dispatches: [], agents: ['agent-1'], waits: false, problem: null },
    {
      room: 'lost',
      dispatches: [],
      agents: [],
      waits: false,
      problem: expect.stringMatching(/^cannot be read: /),
    },
  ]);
});

test('a room whose agent has ended its job does not wait', async () => {
  const target = await serve((method, room) => {
    if (method === 'ListRooms') return ROOMS;
    if (method === 'ListParticipants') return {};
    const jobs = room === 'gone' ? [{ state: { status: 'JS_SUCCESS' } }] : [];
    return { agentDispatches: [{ agentName: 'helper', state: { jobs } }] };
  });
  const { rooms } = await readAgentStatus(target, []);
  expect(rooms.map(({ room, waits }) => [room, waits])).toEqual([
    ['busy', true],
    ['gone', false],
    ['lost', true],
  ]);
});

test('a key that the API rejects ends the reading', async () => {
  const target = await serve((method) => (method === 'ListRooms' ? ROOMS : 401));
  await expect(readAgentStatus(target, [])).rejects.toMatchObject({ status: 401 });
});
