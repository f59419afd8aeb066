import { expect, test } from 'vitest';
import { Hearing } from './hearing.ts';

/** Two receivers, and what the listener is told. */
const listen = () => {
  const told: string[] = [];
  const hearing = new Hearing({
    voiceBegan: (at) => told.push(`began ${at}`),
    voiceEnded: ({ from, to }) => told.push(`ended ${from} ${to}`),
  });
  return { hearing, told };
};

test('voice of two agents at once is one voice', () => {
  const { hearing, told } = listen();
  hearing.began(1, 100);
  hearing.began(2, 300);
  hearing.ended(1, { from: 100, to: 400 });
  hearing.began(1, 800);
  hearing.ended(2, { from: 300, to: 900 });
  hearing.ended(1, { from: 800, to: 850 });
  expect(told).toEqual(['began 100', 'ended 100 900']);
});

test('the voice of a track that ends has ended, once', () => {
  const { hearing, told } = listen();
  hearing.began(1, 100);
  hearing.stopped(2, 200);
  hearing.stopped(1, 400);
  hearing.ended(1, { from: 100, to: 390 });
  hearing.began(3, 900);
  expect(told).toEqual(['began 100', 'ended 100 400', 'began 900']);
});

test('voice before a loss of the connection is forgotten', () => {
  const { hearing, told } = listen();
  hearing.began(1, 100);
  hearing.lost();
  hearing.ended(1, { from: 100, to: 200 });
  hearing.began(2, 900);
  expect(told).toEqual(['began 100', 'began 900']);
});
