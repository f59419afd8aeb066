import type { LiveKitServer } from '@livekit-swarm/lab';
import type { E2eeSecret } from '@livekit-swarm/livekit';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClientRoom } from './support/client-room.ts';
import { callWith, camera, leastDecoded } from './support/encrypted-room.ts';
import { startServer } from './support/servers.ts';
import { AUDIO, openTestRoom, until } from './support/test-room.ts';

const reason = await skipWithout('chromium');

let server: LiveKitServer;
beforeAll(async () => {
  if (reason === null) server = await startServer();
});
afterAll(() => server?.stop());

const passphrase = 'correct horse battery staple';
const SECRETS: [string, E2eeSecret][] = [
  ['passphrase', { passphrase, keyIndex: 0, ratchet: 0 }],
  ['ratcheted passphrase', { passphrase, keyIndex: 0, ratchet: 2 }],
  ['random bytes', { key: Buffer.alloc(32, 7).toString('base64'), keyIndex: 0, ratchet: 0 }],
];

test.each(
  (['browser', 'rtc'] as const).flatMap((engine) =>
    SECRETS.map(([name, secret], index) => ({
      ...{ engine, name, secret },
      codec: index === 1 ? ('h264' as const) : ('vp8' as const),
    })),
  ),
)(
  '$engine and native participants with the same $name decrypt each other ($codec)',
  {
    timeout: 120_000,
  },
  async ({ engine, secret, codec }) => {
    const secrets = { native: secret, client: secret };
    const { client, framesDecoded, audio, video } = await callWith(engine, server, secrets, codec);
    expect(client).toMatchObject({ outcome: 'left', reason: null });
    expect(framesDecoded.vp8).toBeGreaterThan(30);
    expect(framesDecoded.h264).toBeGreaterThan(30);
    expect(audio).toMatchObject({ undecryptable: 0 });
    expect(video).toMatchObject({ undecryptable: 0 });
  },
);

test.each(['browser', 'rtc'] as const)(
  '%s with another key decrypts nothing',
  {
    timeout: 120_000,
  },
  async (engine) => {
    const [[, native]] = SECRETS as [(typeof SECRETS)[0]];
    const secrets = { native, client: { passphrase: 'another one', keyIndex: 0, ratchet: 0 } };
    const { framesDecoded, audio, video } = await callWith(engine, server, secrets, 'vp8');
    expect(framesDecoded).toEqual({ vp8: 0, h264: 0 });
    expect(audio).toMatchObject({ decrypted: 0 });
    expect(video).toMatchObject({ decrypted: 0 });
  },
);

test.each(['vp8', 'h264'] as const)(
  'browser and rtc decrypt each other: %s',
  {
    timeout: 120_000,
  },
  async (codec) => {
    const [[, secret]] = SECRETS as [(typeof SECRETS)[0]];
    const plan = { publish: [AUDIO, camera(codec)] };
    const room = `clients-${codec}`;
    await using browser = await openClientRoom('browser', server, room, plan, secret);
    await using rtc = await openClientRoom('rtc', server, room, plan, secret);
    await until(
      'both decode the other',
      () => leastDecoded(browser, 1) > 30 && leastDecoded(rtc, 1) > 30,
      60,
    );
    expect(browser.events.filter(({ event }) => event === 'warning')).toEqual([]);
  },
);

test.each(
  (['browser', 'rtc'] as const).flatMap((engine) =>
    (['new-key', 'ratchet'] as const).map((by) => ({ engine, by })),
  ),
)(
  'a participant of $engine follows a key change: $by',
  { timeout: 120_000 },
  async ({ engine, by }) => {
    const [[, secret]] = SECRETS as [(typeof SECRETS)[0]];
    const keyChange = { everyMs: 600_000, by, withinMs: 0 };
    const e2ee = { secret: 'throw-away' as const, keyIndex: 0, ratchet: 0, keyChange };
    const publish = [AUDIO, camera('vp8')];
    await using natives = openTestRoom({ target: server, signalling: 'v1' });
    await natives.join({ publish, secret, e2ee });
    // rtc-node encrypts with the index 0 only: with a new key it only decrypts, and publishes
    // nothing.
    const publishes = engine === 'browser' || by === 'ratchet';
    const plan = { publish: publishes ? publish : [], e2ee };
    await using client = await openClientRoom(engine, server, natives.room, plan, secret);
    await until('the client decodes', () => leastDecoded(client, 1) > 30, 60);
    const change = { do: 'change-key', key: 1 } as const;
    natives.act(0, change);
    client.act(change);
    const before = leastDecoded(client, 1);
    await until(
      'it decodes what has the next key',
      () => leastDecoded(client, 1) > before + 60,
      60,
    );
    if (!publishes) return;
    natives.sample();
    const heard = { decrypted: 0, undecryptable: 0 };
    await until('the native participant decrypts what has the next key', () => {
      for (const { labels, decryption } of natives.sample().series) {
        if (labels.kind !== 'audio' || decryption === undefined) continue;
        heard.decrypted += decryption.decrypted;
        heard.undecryptable += decryption.undecryptable;
      }
      return heard.decrypted > 50;
    });
    expect(heard.undecryptable).toBe(0);
  },
);
