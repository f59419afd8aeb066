import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { expect, test } from 'vitest';
import { checkEngine, doctor } from './doctor.ts';
import { describeDescriptors } from './limits.ts';
import { isAtLeast } from './toolchains.ts';

test('every finding that is not ok has a next step', async () => {
  const findings = await doctor();
  for (const name of [
    'Node',
    'Rust',
    'C compiler',
    'Go',
    'media engine',
    `livekit-server ${DEFAULT_LIVEKIT_VERSION}`,
    'file descriptors',
    'cores',
    'Chromium',
    'k6 1.8.1',
  ])
    expect(findings.map((finding) => finding.name)).toContain(name);
  for (const { name, status, found, nextStep } of findings) {
    expect(found, name).not.toBe('');
    expect(nextStep === null, name).toBe(status === 'ok');
  }
});

test('places of a livekit-server are listed only where the default one is not found', async () => {
  const findings = await doctor();
  const servers = findings.filter(({ name }) => /^livekit-server \d/.test(name));
  const places = servers.filter(({ name }) => name.includes(':'));
  const server = servers.find(({ name }) => name === `livekit-server ${DEFAULT_LIVEKIT_VERSION}`);
  expect(places.length > 0).toBe(server?.status !== 'ok');
  for (const { name } of places) expect(name).toContain(`${DEFAULT_LIVEKIT_VERSION}: `);
});

test('an installation needs no toolchain and has no tests, so neither is looked at', async () => {
  const names = (await doctor('installation')).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['Node', 'media engine', `livekit-server ${DEFAULT_LIVEKIT_VERSION}`]),
  );
  for (const name of ['Rust', 'C compiler', 'Chromium', 'nftables', 'Docker engine'])
    expect(names).not.toContain(name);
});

test('where the engine is missing, the next step is one that works there', () => {
  const path = '/nowhere/swarm-native.node';
  expect(checkEngine('checkout', path).nextStep).toContain('npm start');
  const { nextStep } = checkEngine('installation', path);
  expect(nextStep).toContain('npm install --include=optional livekit-swarm');
  expect(nextStep).not.toContain('npm start');
});

test('file descriptors are shown as participants', () => {
  expect(describeDescriptors('1024', '20000')).toMatchObject({
    status: 'ok',
    found: expect.stringContaining('up to 19872 participants'),
  });
  expect(describeDescriptors('1024', '1024').status).toBe('warn');
  expect(describeDescriptors('1024', 'unlimited').status).toBe('ok');
  expect(describeDescriptors('', '').status).toBe('warn');
});

test('versions are compared as numbers', () => {
  expect(isAtLeast('cargo 1.95.0 (f2d3ce0bd 2026-03-21)', [1, 88])).toBe(true);
  expect(isAtLeast('1.9.2', [1, 26])).toBe(false);
  expect(isAtLeast('2.0', [1, 26])).toBe(true);
  expect(isAtLeast('no version', [1, 0])).toBe(false);
});
