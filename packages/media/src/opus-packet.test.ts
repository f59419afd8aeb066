import { expect, test } from 'vitest';
import { opusPacketSamples } from './opus-packet.ts';

const packet = (config: number, code: number, ...rest: number[]): Uint8Array =>
  Uint8Array.of((config << 3) | code, ...rest);

test.each([
  ['SILK narrow band, 10 ms', 0, 480],
  ['SILK wide band, 60 ms', 11, 2880],
  ['hybrid super-wide band, 10 ms', 12, 480],
  ['hybrid full band, 20 ms', 15, 960],
  ['CELT narrow band, 2.5 ms', 16, 120],
  ['CELT full band, 20 ms', 31, 960],
])('%s', (_, config, samples) => {
  expect(opusPacketSamples(packet(config, 0))).toBe(samples);
});

test('two frames last twice as long, a counted number of frames that many times', () => {
  expect(opusPacketSamples(packet(31, 1))).toBe(1920);
  expect(opusPacketSamples(packet(31, 2))).toBe(1920);
  expect(opusPacketSamples(packet(31, 3, 0xc0 | 6))).toBe(5760);
});

test('impossible packets are refused', () => {
  expect(() => opusPacketSamples(Uint8Array.of())).toThrow('is empty');
  expect(() => opusPacketSamples(packet(31, 3))).toThrow('ends before its frame count');
  expect(() => opusPacketSamples(packet(31, 3, 0))).toThrow('announces no frames');
  expect(() => opusPacketSamples(packet(31, 3, 7))).toThrow('announces 140 ms');
});
