import type { LiveKitServer } from '@livekit-swarm/lab';
import { Sketch } from '@livekit-swarm/metrics';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineSample } from '../src/index.ts';
import { startServer } from './support/servers.ts';
import { AUDIO, type Guest, openTestRoom, seconds, tracksOf, until } from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const heard = (samples: readonly EngineSample[]) => {
  const delay = new Sketch();
  const total = { turns: 0, missed: 0, announced: 0, wrong: 0 };
  for (const one of samples.flatMap(({ speakers = [] }) => speakers)) {
    delay.addBins(one.delay);
    for (const key of ['turns', 'missed', 'announced', 'wrong'] as const) total[key] += one[key];
  }
  return { ...total, delay };
};

test('the server announces participants that speak, and none that sends silence', async () => {
  await using room = openTestRoom({ target: server, signalling: 'auto', watchMedia: true });
  const takes: Guest = { publish: [AUDIO], turns: 'takes' };
  await room.join(takes, takes, { turns: 'hears' });
  await seconds(3);
  const samples = [room.sample()];
  expect(heard(samples)).toMatchObject({ turns: 0, announced: 0 });
  for (const speaker of [0, 1]) {
    room.act(speaker, { do: 'speak' });
    await until('it is announced to both others', () => {
      samples.push(room.sample());
      return heard(samples).announced >= 2 * (speaker + 1);
    });
    await seconds(2.5);
    room.act(speaker, { do: 'listen' });
    await seconds(2);
  }
  samples.push(room.sample());
  const { delay, ...total } = heard(samples);
  expect(total).toMatchObject({ turns: 4, missed: 0, wrong: 0 });
  // The defaults of livekit-server: 160 ms of speech within 400 ms are needed, and changes are
  // announced every 400 ms.
  expect(delay.quantile(0)).toBeGreaterThan(150);
  expect(delay.quantile(1)).toBeLessThan(10_000);
  const lines = await room.leave();
  const [audio] = tracksOf(lines[0], { direction: 'up', kind: 'audio' });
  const [received] = tracksOf(lines[2], { direction: 'down', kind: 'audio' });
  // Silence has as many packets as speech, but few bytes.
  expect(audio?.packets).toBeGreaterThan(400);
  expect((audio?.bytes ?? 0) / (audio?.packets ?? 1)).toBeLessThan(60);
  expect(received).toMatchObject({ activeAtEnd: true });
});

test('a turn of a muted participant does not count', async () => {
  await using room = openTestRoom({ target: server, signalling: 'auto' });
  await room.join({ publish: [AUDIO], turns: 'takes' }, { turns: 'hears' });
  room.act(0, { do: 'speak' });
  room.act(0, { do: 'mute', source: 'audio' });
  await seconds(2.2);
  room.act(0, { do: 'listen' });
  expect(heard([room.sample()])).toMatchObject({ turns: 0, missed: 0, wrong: 0 });
  await room.leave();
});
