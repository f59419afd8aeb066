import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { unknownVariables } from './unknown-variables.ts';

const unknown = (...names: string[]): string[] => {
  const env = Object.fromEntries(names.map((name) => [name, 'hunter2']));
  const stream = new PassThrough();
  const program = createProgram({ stdout: stream, stderr: stream, env: {} }, () => {});
  return unknownVariables(program, env);
};

it.each([
  ['SWARM_ROMS', 'SWARM_ROOMS'],
  ['SWARM_JOINRATE', 'SWARM_JOIN_RATE'],
  ['SWARM_ALLOW_HOSTS', 'SWARM_ALLOW_HOST'],
  ['SWARM_EXPORTER_LISEN', 'SWARM_EXPORTER_LISTEN'],
  ['SWARM_QUEUE_KEYS', 'SWARM_QUEUE_KEY'],
])('%s is suggested as %s', (name, meant) => {
  expect(unknown(name)).toEqual([`${name} is not read: did you mean ${meant}?`]);
});

it('leaves variables of other programs and of a user alone', () => {
  expect(
    unknown('SWARM_MANAGER_ADVERTISE_ADDR', 'SWARM_SECRET_APP', 'SWARM_PROMETHEUS_RW_X', 'ROMS'),
  ).toEqual([]);
});

it('knows every variable of the page about them', () => {
  const page = readFileSync(new URL('../../../../docs/environment.md', import.meta.url), 'utf8');
  const names = [...page.matchAll(/\bSWARM(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
  expect(names.length).toBeGreaterThan(25);
  expect(unknown(...names.filter((name) => !/^SWARM_(EXPORTER_)?NAME$/.test(name)))).toEqual([]);
});
