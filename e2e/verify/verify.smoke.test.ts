/** `swarm verify` against a real server; `verify.long.test.ts` plants misconfigurations. */
import { startLiveKit } from '@livekit-swarm/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { scratch } from '../support/swarm.ts';
import { verify } from '../support/verify.ts';

it('a server that is right for its host passes, with a warning for the paths that it lacks', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const { exit, stderr, verdict, found } = await verify(server);
  expect(stderr).toBe('');
  expect(found('error')).toEqual([]);
  expect(found('unknown')).toEqual([]);
  expect(found('warning')).toEqual(['ice-tcp', 'turn']);
  expect([verdict, exit]).toEqual(['warnings', 0]);
  const rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
  expect(await rooms.listRooms()).toEqual([]);
});

it('finds the keys of development mode: exit 99', async () => {
  const credentials = { apiKey: 'devkey', apiSecret: 'secret' };
  await using server = await startLiveKit({ dir: scratch(), credentials });
  const { exit, verdict, found } = await verify(server);
  expect(found('error')).toEqual(['keys']);
  expect([verdict, exit]).toEqual(['failed', 99]);
});
