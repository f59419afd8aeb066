import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyHost } from '@livekit-swarm/host';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeEngineFolder, removeLeftovers } from './leftovers.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'swarm-leftovers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const here = identifyHost();
const GONE = { pid: 2 ** 22 + 1, startedAt: 1, bootId: here.bootId };

const leave = (name: string, owner: unknown): string => {
  const dir = join(folder, name);
  mkdirSync(join(dir, 'data'), { recursive: true });
  if (owner !== undefined) writeFileSync(join(dir, 'owner.json'), JSON.stringify(owner));
  return dir;
};

it('removes leftovers of a dead process of this boot or an earlier one', async () => {
  leave('swarm-docker-1', { process: GONE, host: here });
  leave('swarm-docker-2', { process: GONE, host: { ...here, bootId: 'earlier' } });
  await removeLeftovers(folder);
  expect(readdirSync(folder)).toEqual([]);
});

it('leaves the folder of an engine whose process runs', async () => {
  const dir = await makeEngineFolder(folder);
  expect(lstatSync(dir).mode & 0o777).toBe(0o700);
  await removeLeftovers(folder);
  expect(existsSync(dir)).toBe(true);
});

it.each([
  ['of another PID namespace', { process: GONE, host: { ...here, pidNamespace: 1 } }],
  ['of another machine', { process: GONE, host: { ...here, machineId: 'other', bootId: 'b' } }],
  ['of an owner that is not known', undefined],
  ['of an owner that cannot be read', 'nonsense'],
])('leaves a folder %s', async (_whose, owner) => {
  const dir = leave('swarm-docker-99999999-abc', owner);
  await removeLeftovers(folder);
  expect(existsSync(dir)).toBe(true);
});

it('leaves links, and folders with another name', async () => {
  const target = leave('mine', { process: GONE, host: here });
  symlinkSync(target, join(folder, 'swarm-docker-3'));
  await removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(['mine', 'swarm-docker-3']);
});

it.skipIf(process.getuid?.() !== 0)('leaves the folder of another user', async () => {
  const dir = leave('swarm-docker-4', { process: GONE, host: here });
  chownSync(dir, 65_534, 65_534);
  await removeLeftovers(folder);
  expect(existsSync(dir)).toBe(true);
});
