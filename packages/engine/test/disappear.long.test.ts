import { expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import { AUDIO, openTestRoom, seconds, tracksOf, until } from './support/test-room.ts';

test('others notice a participant that disappears without a LEAVE later, and report no interruption', async () => {
  await using server = await startServer();
  await using room = openTestRoom({ target: server, signalling: 'auto', watchMedia: true });
  const atMs = 2_000;
  await room.join({ publish: [AUDIO], actions: [{ atMs, do: 'disappear' }] }, { publish: [AUDIO] });
  await seconds(2.5);
  const gone = await room.leaveOne(0);
  expect(gone).toMatchObject({ outcome: 'left' });
  await until('the server gave it up', () => room.of('acted').length === 1, 60);
  const [noticed] = room.of('acted');
  expect(noticed).toMatchObject({ identity: 'guest-0', action: 'disappear' });
  // Others notice a LEAVE at once.
  expect(noticed?.durationMs).toBeGreaterThan(2_000);
  const listener = await room.leaveOne(1);
  expect(tracksOf(listener, { direction: 'down', kind: 'audio' })).toEqual([
    expect.objectContaining({ interruptions: 0, activeAtEnd: true }),
  ]);
  expect(room.of('media_interrupted')).toEqual([]);
});
