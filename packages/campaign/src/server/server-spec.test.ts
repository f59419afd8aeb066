import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeServer, parseServerSpec } from './server-spec.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-spec-'));
afterAll(() => rmSync(dir, { recursive: true }));
const binary = join(dir, 'livekit-server');
const config = join(dir, 'small.yaml');
const more = join(dir, 'more.yml');
const odd = join(dir, 'a=b+c@cpu=1');
writeFileSync(binary, '');
writeFileSync(odd, '');
writeFileSync(config, 'port: 1\nrtc: { pli_throttle: { low_quality: 500ms } }\n');
writeFileSync(more, 'rtc: { packet_buffer_size_audio: 7 }\nroom: { empty_timeout: 5 }\n');
mkdirSync(join(dir, 'folder'));

const plain = {
  version: '1.13.5',
  serverPath: null,
  configFiles: [],
  config: null,
  cpuCores: null,
  memoryBytes: null,
  leftOut: [],
};

test.each([
  ['1.11.0', { ...plain, name: '1.11.0', version: '1.11.0' }],
  ['v1.11.0', { ...plain, name: 'v1.11.0', version: '1.11.0' }],
  ['old=1.11.0', { ...plain, name: 'old', version: '1.11.0' }],
  ['1.13.5@cpu=0.2', { ...plain, name: '1.13.5@cpu=0.2', cpuCores: 0.2 }],
  ['1.13.5@memory=200MB', { ...plain, name: '1.13.5@memory=200MB', memoryBytes: 200_000_000 }],
  [
    'small=1.13.5@memory=0.5GB@cpu=2',
    { ...plain, name: 'small', cpuCores: 2, memoryBytes: 500_000_000 },
  ],
  ['slow=1.13.5@cpu=1.5', { ...plain, name: 'slow', cpuCores: 1.5 }],
  [binary, { ...plain, name: 'livekit-server', serverPath: binary }],
  [odd, { ...plain, name: 'a=b+c@cpu=1', serverPath: odd }],
  [`new=${binary}@cpu=.5`, { ...plain, name: 'new', serverPath: binary, cpuCores: 0.5 }],
])('reads %s', (text, spec) => {
  expect(parseServerSpec(text)).toEqual(spec);
});

test('merges configurations, and reports what it ignores', () => {
  expect(parseServerSpec(`1.11.0+${config}+${more}`)).toEqual({
    ...plain,
    name: '1.11.0+small.yaml+more.yml',
    version: '1.11.0',
    configFiles: [config, more],
    config: {
      rtc: { pli_throttle: { low_quality: '500ms' }, packet_buffer_size_audio: 7 },
      room: { empty_timeout: 5 },
    },
    leftOut: ['port'],
  });
  expect(parseServerSpec(`+${config}`)).toMatchObject({
    name: '1.13.5+small.yaml',
    version: '1.13.5',
    serverPath: null,
  });
  expect(parseServerSpec(`${binary}+${more}`)).toMatchObject({
    serverPath: binary,
    config: { room: { empty_timeout: 5 } },
  });
});

test.each([
  ['', 'names no server'],
  ['1.10.0', 'version 1.10.0 is not pinned'],
  ['wss://livekit.example.com', 'names a server that runs already'],
  ['nowhere', 'there is no nowhere'],
  ['=1.13.5', 'is not a name for a server'],
  ['name=', 'names no server'],
  ['1.13.5@cpu=0', 'not a number of cores'],
  ['1.13.5@cpu=fast', 'not a number of cores'],
  ['1.13.5@memory=1', 'not an amount of memory'],
  ['1.13.5@memory=1MB', '@memory=1MB is not an amount of memory'],
  ['1.13.5@disk=1', 'there is no @disk'],
  ['1.13.5+1.11.0', 'is not a configuration file'],
  [join(dir, 'folder'), 'is a folder'],
  [config, 'is a configuration, not a livekit-server'],
  ['1.13.5+', '"" is not a configuration file'],
  ['@cpu=0.5', 'names no server'],
])('refuses %j', (text, message) => {
  expect(() => parseServerSpec(text)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
  );
});

test.each([
  'wss://key:hunter2@livekit.example.com',
  'new=wss://livekit.example.com?token=hunter2',
  'wss://livekit.example.com?token=hunter2@cpu=2',
])('shows no secret of %s', (text) => {
  expect(() => parseServerSpec(text)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^--server wss:\/\/livekit\.example\.com: names a server/),
      hint: expect.not.stringContaining('hunter2'),
    }),
  );
});

test('refuses a configuration that is not there', () => {
  expect(() => parseServerSpec('1.13.5+nowhere.yaml')).toThrow(/nowhere\.yaml: cannot be read/);
});

test.each([
  '',
  '1.10.0',
  'wss://livekit.example.com',
  'nowhere',
  '=1.13.5',
  '1.13.5@cpu=fast',
  '1.13.5@memory=1',
  '1.13.5+1.11.0',
  config,
])('the error for %j has an example', (text) => {
  expect(() => parseServerSpec(text)).toThrow(
    expect.objectContaining({
      hint: expect.stringMatching(/1\.13\.[45]|\.\/livekit-server|@cpu=0\.5/),
    }),
  );
});

test.each([
  ['new=1.11.0@cpu=0.5', 'livekit-server 1.11.0@cpu=0.5'],
  ['1.11.0@memory=1GB', 'livekit-server 1.11.0@memory=1000MB'],
  [`new=${binary}`, binary],
  [`+${config}`, `livekit-server 1.13.5+${config}`],
])('describes %s by version, files and limit', (text, described) => {
  expect(describeServer(parseServerSpec(text))).toBe(described);
});
