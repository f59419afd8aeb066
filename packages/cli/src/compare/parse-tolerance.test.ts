import { expect, test } from 'vitest';
import { parseTolerance } from './parse-tolerance.ts';

test('10 % by default', () => {
  expect(parseTolerance([])).toEqual({ relative: 0.1, metrics: {} });
  expect(
    parseTolerance([
      '25%',
      'join_time=50 %',
      'join_time=100ms',
      'packet_loss=0.002',
      'nacks_sent=5',
    ]),
  ).toEqual({
    relative: 0.25,
    metrics: {
      join_time: { relative: 0.5, absolute: 100 },
      packet_loss: { absolute: 0.002 },
      nacks_sent: { absolute: 5 },
    },
  });
  expect(parseTolerance(['5%', '0%']).relative).toBe(0);
});

test.each([
  ['10', 'not a share', 'write 10%'],
  ['-5%', 'not a share', 'write 10%'],
  ['2000%', 'accepts every change', 'write 10%'],
  ['', 'not a share', 'write 10%'],
  ['jion_time=5%', 'unknown metric "jion_time"', 'did you mean join_time?'],
  ['whatever=5%', 'unknown metric', 'available:'],
  ['jitter=5', 'not an amount of jitter', 'jitter=5ms'],
  ['jitter=0ms', 'not an amount of jitter', 'jitter=5ms'],
  ['packet_loss=5ms', 'not an amount of packet_loss', 'packet_loss=0.002'],
  ['jitter=', 'not an amount of jitter', 'jitter=20%'],
  ['toString=5%', 'unknown metric', 'available:'],
])('refuses %j', (text, message, hint) => {
  expect(() => parseTolerance([text])).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});
