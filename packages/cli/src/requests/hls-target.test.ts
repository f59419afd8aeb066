import { expect, test } from 'vitest';
import { type HlsTargetFlags, readHlsTarget } from './hls-target.ts';

const URL_OF = 'https://radio.example.com/main.m3u8';

const mayLoad = (other: string, flags: HlsTargetFlags = {}, env: NodeJS.ProcessEnv = {}): boolean =>
  readHlsTarget(URL_OF, flags, env).mayLoad(new URL(other));

test('without rules, the host of the address is loaded, at every port, and no other one', () => {
  expect(mayLoad('http://RADIO.example.com:8080/a.ts')).toBe(true);
  expect(mayLoad('https://cdn.example.com/a.ts')).toBe(false);
});

test('another host is loaded where a rule names it, and is not denied', () => {
  const allowHost = ['radio.example.com', 'cdn.example.com'];
  expect(mayLoad('https://cdn.example.com/a.ts', { allowHost })).toBe(true);
  expect(mayLoad('https://other.example.com/a.ts', { allowHost })).toBe(false);
  const denyHost = ['cdn.example.com'];
  expect(mayLoad('https://cdn.example.com/a.ts', { allowHost, denyHost })).toBe(false);
  const env = { SWARM_ALLOW_HOST: '*.example.com' };
  expect(mayLoad('https://cdn.example.com/a.ts', {}, env)).toBe(true);
});

test('a host that is denied, or that a list does not name, is refused', () => {
  expect(() => readHlsTarget(URL_OF, { denyHost: ['*.example.com'] }, {})).toThrow(/is denied/);
  expect(() => readHlsTarget(URL_OF, { allowHost: ['cdn.example.com'] }, {})).toThrow(
    /is not allowed/,
  );
  const folderSettings = { allowHosts: [], denyHosts: ['radio.example.com'] };
  expect(() => readHlsTarget(URL_OF, { folderSettings } as never, {})).toThrow(/is denied/);
});

test.each(['radio', 'ftp://a/b', 'https://user:secret@a/b'])('%s is refused', (address) => {
  expect(() => readHlsTarget(address, {}, {})).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.not.stringContaining('secret') }),
  );
});
