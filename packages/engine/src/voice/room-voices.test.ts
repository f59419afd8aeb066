import { expect, test } from 'vitest';
import { RoomVoices } from './room-voices.ts';

/** Two receivers, and what is reported. */
const listen = () => {
  const reported: string[] = [];
  const voices = new RoomVoices({
    voiceBegan: (at) => reported.push(`began ${at}`),
    voiceEnded: ({ from, to }) => reported.push(`ended ${from} ${to}`),
  });
  return { voices, reported };
};

test('voice of two agents at once is one voice', () => {
  const { voices, reported } = listen();
  voices.began(1, 100);
  voices.began(2, 300);
  voices.ended(1, { from: 100, to: 400 });
  voices.began(1, 800);
  voices.ended(2, { from: 300, to: 900 });
  voices.ended(1, { from: 800, to: 850 });
  expect(reported).toEqual(['began 100', 'ended 100 900']);
});

test('the voice of a track that ends has ended, once', () => {
  const { voices, reported } = listen();
  voices.began(1, 100);
  voices.stopped(2, 200);
  voices.stopped(1, 400);
  voices.ended(1, { from: 100, to: 390 });
  voices.began(3, 900);
  expect(reported).toEqual(['began 100', 'ended 100 400', 'began 900']);
});

test('voice before a loss of the connection is forgotten', () => {
  const { voices, reported } = listen();
  voices.began(1, 100);
  voices.lost();
  voices.ended(1, { from: 100, to: 200 });
  voices.began(2, 900);
  expect(reported).toEqual(['began 100', 'began 900']);
});
