import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expandPlan, scenarioOfFlags } from '@livekit-swarm/scenario';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertRoomsEmpty } from './existing-rooms.ts';

let server: Server;
let rooms: { name: string; numParticipants: number }[];
let asked: unknown[];
beforeEach(async () => {
  rooms = [];
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      asked.push(JSON.parse(body));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ rooms }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

const check = (flags: Parameters<typeof scenarioOfFlags>[0]) => {
  const { port } = server.address() as AddressInfo;
  const plan = expandPlan(scenarioOfFlags(flags, []), 'k3x9h');
  const keys = { apiKey: 'key', apiSecret: 'a-secret-that-is-long-enough-for-a-token' };
  return assertRoomsEmpty({ url: `ws://127.0.0.1:${port}`, ...keys }, { name: 'k3x9h', plan });
};

it('refuses a room that has participants, by its name', async () => {
  rooms = [{ name: 'standup', numParticipants: 3 }];
  await expect(check({ room: 'standup' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('there are participants in "standup" (3)'),
    hint: expect.stringContaining('--join-existing-rooms'),
  });
  expect(asked).toEqual([{ names: ['standup'] }]);
});

it('joins a room that is empty or does not exist', async () => {
  await check({ room: 'standup' });
  rooms = [{ name: 'standup', numParticipants: 0 }];
  await check({ room: 'standup' });
  expect(asked).toHaveLength(2);
});

it('does not ask about rooms whose names are new in each run', async () => {
  await check({ rooms: '3' });
  expect(asked).toEqual([]);
});
