/** `swarm audit` of a server that is right; `audit.test.ts` plants what is not. */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';
import { audit } from '../support/verify.ts';

it('a server that is right passes, leaves no room, and its bundle shows every change', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const bundle = join(scratch(), 'bundle');
  const { exit, verdict, stderr, found, evidence } = await audit(server, '--bundle', bundle);
  expect(found('unknown').flatMap(evidence)).toEqual([]);
  expect(found('error').flatMap(evidence)).toEqual([]);
  expect(found('warning')).toEqual([]);
  expect([verdict, exit]).toEqual(['passed', 0]);
  expect(found('passed')).toEqual(
    expect.arrayContaining([
      ...['bad-tokens', 'room-isolation', 'api-grants', 'participant-grants', 'hidden'],
      'media-isolation',
    ]),
  );
  const rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
  expect(await rooms.listRooms()).toEqual([]);

  expect(stderr).toMatch(/^Bundle: .*; SHA-256 of its public key: [0-9a-f]{64}\n$/);
  for (const file of readdirSync(bundle, { recursive: true, encoding: 'utf8' })) {
    const path = join(bundle, file);
    if (existsSync(join(path, '.'))) continue;
    expect(readFileSync(path, 'utf8')).not.toContain(server.apiSecret);
  }
  expect((await runSwarm(['audit', 'verify', bundle], {})).exit).toBe(0);
  appendFileSync(join(bundle, 'evidence', 'hidden.json'), ' ');
  const changed = await runSwarm(['audit', 'verify', bundle], {});
  expect([changed.exit, changed.stdout]).toEqual([
    99,
    expect.stringContaining('evidence/hidden.json was changed'),
  ]);
});
