import { systemClock } from '@livekit-swarm/livekit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noFrames } from '../../exchange/exchange-result.ts';
import { frameExchangeOf } from './frame-exchange.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Pilot that asks a server for its data track, and what it reports. */
const pilot = () => {
  const refused: string[] = [];
  const requests: string[] = [];
  const exchange = frameExchangeOf({
    plan: { group: 'control', role: 'pilot' },
    settings: {
      answers: [],
      dataTracks: { to: 'robot', bytes: 100, everyMs: 50 },
      track: { name: 'swarm.robot', subscribers: 'x-1-r' },
    },
    clock: systemClock,
    room: { others: [] },
    channel: { sendFrame: () => Promise.reject(new Error('is not used')) },
    meter: { framesOf: noFrames },
    onRefused: (message) => refused.push(message),
  });
  if (exchange === null) throw new Error('the pilot has no part in data tracks');
  const join = () =>
    exchange.tracks.joined({
      version: '1.13.5',
      send: (message) => requests.push(message.case ?? ''),
    });
  return { ...exchange, join, refused, requests };
};

test('a reconnect during the publication of a track is not reported as a refusal', async () => {
  const { part, join, refused, requests } = pilot();
  join();
  part.connected();
  part.lost();
  join();
  await vi.advanceTimersByTimeAsync(0);
  part.connected();
  expect(requests).toEqual(['publishDataTrackRequest', 'publishDataTrackRequest']);
  expect(refused).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(refused).toEqual(['livekit-server 1.13.5 did not answer the request within 10 s']);
  part.end();
});
