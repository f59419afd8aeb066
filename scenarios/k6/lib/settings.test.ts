import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.js';

const keys = {
  LIVEKIT_URL: 'ws://127.0.0.1:7880',
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'secret-of-the-test',
};
const defaults = { ROOMS: '50', RATE: '20', DURATION: '1m', STAY: '1s-20s', stages: false };
const read = (env: Record<string, string>, stages = false) =>
  readSettings({ ...keys, ...env }, { ...defaults, stages });

it('has defaults for all but the server', () => {
  expect(read({})).toEqual({
    url: 'ws://127.0.0.1:7880',
    apiKey: 'key',
    apiSecret: 'secret-of-the-test',
    rooms: 50,
    rate: 20,
    durationMs: 60_000,
    stay: { minMs: 1_000, maxMs: 20_000 },
    stages: null,
  });
  expect(read({ ROOMS: '', RATE: ' 7 ', STAY: ' ' })).toMatchObject({
    rooms: 50,
    rate: 7,
    stay: { minMs: 1_000 },
  });
});

it('names every variable that is missing', () => {
  expect(() => readSettings({}, defaults)).toThrow(
    /^LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET are not set/,
  );
  expect(() => read({ LIVEKIT_API_SECRET: ' ' })).toThrow(/^LIVEKIT_API_SECRET is not set/);
});

it.each([
  ['http://livekit:7880/', 'ws://livekit:7880'],
  ['https://example.com/livekit/', 'wss://example.com/livekit'],
  ['wss://[2001:db8::1]:443', 'wss://[2001:db8::1]:443'],
])('reads the address %s', (text, url) => {
  expect(read({ LIVEKIT_URL: text }).url).toBe(url);
});

it.each([
  'livekit:7880',
  'ftp://livekit',
  'ws://',
  'ws://livekit?access_token=x',
  'wss://livekit#here',
])('refuses the address %s', (url) => {
  expect(() => read({ LIVEKIT_URL: url })).toThrow(/^LIVEKIT_URL: write it as/);
});

it('redacts a possible password', () => {
  expect(() => read({ LIVEKIT_URL: 'wss://me:hunter2@livekit' })).toThrow(
    expect.not.stringContaining('hunter2'),
  );
});

describe('numbers and times', () => {
  it.each([
    ['1m30s', 90_000],
    ['1.5m', 90_000],
    ['500ms', 500],
    ['1h', 3_600_000],
  ])('%s', (text, ms) => {
    expect(read({ DURATION: text }).durationMs).toBe(ms);
  });

  it.each(['30', '0s', 's', '1d', '-5s', '10s 5', '1e3s'])('refuses DURATION=%s', (text) => {
    expect(() => read({ DURATION: text })).toThrow(`DURATION: "${text}" is not a duration`);
  });

  it.each(['0', '-1', '1.5', 'many', '1e3', '9999999'])('refuses RATE=%s and ROOMS=%s', (text) => {
    expect(() => read({ RATE: text })).toThrow(`RATE: "${text}"`);
    expect(() => read({ ROOMS: text })).toThrow(`ROOMS: "${text}"`);
  });
});

describe('STAY', () => {
  it('is one time, or between two', () => {
    expect(read({ STAY: '10s' }).stay).toEqual({ minMs: 10_000, maxMs: 10_000 });
    expect(read({ STAY: '500ms - 55s' }).stay).toEqual({ minMs: 500, maxMs: 55_000 });
  });

  it.each(['20s-5s', '1s-2s-3s', '5-20s', '10s-'])('refuses %s', (text) => {
    expect(() => read({ STAY: text })).toThrow(/^STAY: /);
  });

  it('cannot be longer than the server allows without media', () => {
    expect(() => read({ STAY: '30s-2m' })).toThrow(/longer than 55s.*60s.*swarm run/);
  });
});

describe('STAGES', () => {
  it('replace rate and duration', () => {
    expect(read({ STAGES: '10s:5, 1m:50,30s:20' }, true)).toMatchObject({
      rate: 50,
      durationMs: 100_000,
      stages: [
        { durationMs: 10_000, rate: 5 },
        { durationMs: 60_000, rate: 50 },
        { durationMs: 30_000, rate: 20 },
      ],
    });
  });

  it.each(['10s', '10s:5:6', '10s:', ':5', '10:5', '10s:0', '10s:5,'])('refuses %s', (text) => {
    expect(() => read({ STAGES: text }, true)).toThrow(/^STAGES: /);
  });

  it('are refused together with the settings that they replace, and by scripts without stages', () => {
    expect(() => read({ STAGES: '10s:5', RATE: '5' }, true)).toThrow(/either STAGES, or RATE/);
    expect(() => read({ STAGES: '10s:5' })).toThrow(/one rate throughout/);
  });
});
