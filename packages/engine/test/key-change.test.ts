/**
 * Change of the end-to-end encryption key during a run: participants with the same key decrypt each
 * other.
 */
import type { LiveKitServer } from '@livekit-swarm/lab';
import type { E2ee, KeyChange } from '@livekit-swarm/scenario';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import {
  AUDIO,
  openTestRoom,
  SIMULCAST,
  seconds,
  type TestRoom,
  until,
} from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const secret = { passphrase: 'correct horse battery staple', keyIndex: 0, ratchet: 0 };

const guest = (by: KeyChange['by']) => {
  const keyChange = { everyMs: 600_000, by, withinMs: 0 };
  const e2ee: E2ee = { secret: 'throw-away', keyIndex: 0, ratchet: 0, keyChange };
  const data = [{ messagesPerSecond: 10, bytes: 60, reliable: true }];
  return { publish: [AUDIO, SIMULCAST], data, e2ee, secret };
};

/**
 * Decrypted and undecryptable frames and messages of all participants since the last call, by kind.
 */
const takeDecryption = (room: TestRoom) => {
  const series = room.sample().series.filter(({ labels }) => labels.direction === 'down');
  const of = (kind: string) => series.filter(({ labels }) => labels.kind === kind);
  const sum = (kind: string, field: 'decrypted' | 'undecryptable' | 'keyChanges'): number =>
    of(kind).reduce((total, { decryption }) => total + (decryption?.[field] ?? 0), 0);
  return { of: sum };
};

const KINDS = ['audio', 'video', 'data'];

/** Wait until all media and data of the last second were decrypted. */
const allUnderstand = (room: TestRoom) =>
  until('all understand all', async () => {
    takeDecryption(room);
    await seconds(1.5);
    const { of } = takeDecryption(room);
    return KINDS.every((kind) => of(kind, 'decrypted') > 0 && of(kind, 'undecryptable') === 0);
  });

test.each(['new-key', 'ratchet'] as const)('%s', async (by) => {
  await using room = openTestRoom({ target: server, signalling: 'v1' });
  await room.join(guest(by), guest(by));
  await allUnderstand(room);

  room.act(0, { do: 'change-key', key: 1 });
  // The participant with the next key still has the previous one, unless the key was ratcheted.
  await until('only one understands the other, or none', async () => {
    takeDecryption(room);
    await seconds(2);
    const { of } = takeDecryption(room);
    return KINDS.every(
      (kind) => of(kind, 'undecryptable') > 0 && of(kind, 'decrypted') > 0 === (by !== 'ratchet'),
    );
  });

  room.act(1, { do: 'change-key', key: 1 });
  await allUnderstand(room);
  for (const key of [2, 3]) for (const index of [0, 1]) room.act(index, { do: 'change-key', key });
  await allUnderstand(room);
  const lines = await room.leave();
  const changes = lines.flatMap(({ tracks }) =>
    tracks.flatMap(({ decryption }) => decryption?.keyChanges ?? []),
  );
  // Key index: from 0 to 1, and to 3; a ratcheted key keeps its index.
  const expected = by === 'ratchet' ? 0 : 2;
  expect(changes.length).toBeGreaterThan(0);
  expect(changes.every((count) => count === expected || count === expected + 1)).toBe(true);
});

test('a participant that joins later or reconnects uses the key of that time', async () => {
  await using room = openTestRoom({ target: server, signalling: 'v1' });
  await room.join(guest('new-key'), guest('new-key'));
  for (const index of [0, 1]) room.act(index, { do: 'change-key', key: 1 });
  room.act(0, { do: 'simulate', simulate: 'full-reconnect' });
  await until('it has reconnected', () => room.of('reconnected').length === 1);
  const later = guest('new-key');
  // Joins after the second key was handed out.
  await room.join({ ...later, joinAtMs: 600_000 });
  await allUnderstand(room);
});
