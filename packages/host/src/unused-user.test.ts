import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unusedUser } from './unused-user.ts';

const ROOT = '000001ffffffffff';
/** Effective capabilities of a process in a container with Docker's defaults. */
const DOCKER = '00000000a80425fb';
const ALL_IDS = '         0          0 4294967295\n';

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'swarm-proc-'));
});
afterEach(() => rmSync(proc, { recursive: true }));

const chosen = (capabilities: string, uids: string, gids = uids): number | null => {
  writeFileSync(join(proc, 'status'), `Name:\tnode\nCapEff:\t${capabilities}\nSeccomp:\t0\n`);
  writeFileSync(join(proc, 'uid_map'), uids);
  writeFileSync(join(proc, 'gid_map'), gids);
  return unusedUser(proc);
};

it('returns a different id each time where root has all capabilities', () => {
  for (const capabilities of [ROOT, DOCKER]) {
    const users = [1, 2, 3].map(() => chosen(capabilities, ALL_IDS));
    expect(new Set(users).size).toBe(3);
    for (const user of users) {
      expect(user).toBeGreaterThanOrEqual(0x7000_0000);
      expect(user).toBeLessThan(0x7fff_ffff);
    }
  }
});

it('returns an id that is mapped in the container', () => {
  const user = chosen(ROOT, '0 100000 65536\n');
  expect(user).toBeGreaterThanOrEqual(61_184);
  expect(user).toBeLessThan(65_520);
});

it.each([
  ['an ordinary user', '0000000000000000', ALL_IDS, ALL_IDS],
  ['root that may not kill the processes of others', '00000000a80425db', ALL_IDS, ALL_IDS],
  ['root of a namespace with one user', ROOT, '0 1000 1\n', '0 1000 1\n'],
  ['root of a namespace with one group', ROOT, '0 100000 65536\n', '0 1000 1\n'],
])('returns null: %s', (_who, capabilities, uids, gids) => {
  expect(chosen(capabilities, uids, gids)).toBeNull();
});

it('returns null without /proc', () => {
  expect(unusedUser(join(proc, 'missing'))).toBeNull();
});
