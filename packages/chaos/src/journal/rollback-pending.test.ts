import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyHost, identifyProcess } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakePlatform, fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import { FAULTS } from '../faults/index.ts';
import { JOURNAL_SCHEMA, type Journal, type JournalEntry, openJournal } from './journal.ts';
import { rollbackPending } from './rollback-pending.ts';

let dir: string;
let journal: Journal;
let platform: FakePlatform;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-rollback-'));
  journal = openJournal(dir);
  platform = fakePlatform();
});
afterEach(() => rmSync(dir, { recursive: true }));

const HERE = identifyHost();
const OTHER_NAMESPACE = { ...HERE, pidNamespace: (HERE.pidNamespace ?? 0) + 1 };
const OTHER_HOST = { ...HERE, hostname: 'ci-7', machineId: 'other', bootId: 'other' };
const GONE = { pid: 2 ** 22 + 1, startedAt: 1, bootId: null };
const ALIVE = identifyProcess(process.pid) ?? GONE;

const LOCAL = { kind: 'process', place: 'systemd', units: [] } as const;
const LOCAL_DOCKER = { kind: 'docker', host: 'unix:///var/run/docker.sock' } as const;
const REMOTE_DOCKER = { kind: 'docker', host: 'tcp://10.0.0.5:2376' } as const;
const SSH = { kind: 'ssh', hosts: [] } as const;

const write = async (changes: Partial<JournalEntry>): Promise<void> =>
  journal.write({
    schema: JOURNAL_SCHEMA,
    id: 'aaaaaaaa',
    drill: 'hang-10s',
    fault: 'hang',
    params: {},
    components: [NODE],
    platform: LOCAL,
    injectedAt: '2026-01-01T00:00:00.000Z',
    injected: true,
    expiry: null,
    owner: GONE,
    host: HERE,
    ...changes,
  });

const rollback = (force = false) =>
  rollbackPending({ journal, faults: FAULTS, force, open: async () => platform });

test.each([
  ['rolledBack', 'a local target of this host', {}],
  [
    'rolledBack',
    'one from before a restart',
    { host: { ...HERE, bootId: 'before' }, owner: ALIVE },
  ],
  ['running', 'one of a live drill', { owner: ALIVE }],
  ['elsewhere', 'a local target of another host', { host: OTHER_HOST }],
  ['elsewhere', 'a local target of another container', { host: OTHER_NAMESPACE }],
  ['elsewhere', 'local containers of another host', { host: OTHER_HOST, platform: LOCAL_DOCKER }],
  ['unknownOwner', 'hosts reached by SSH', { host: OTHER_HOST, platform: SSH }],
  ['unknownOwner', 'a remote engine', { host: OTHER_NAMESPACE, platform: REMOTE_DOCKER }],
] as const)('%s: %s', async (kind, _what, changes) => {
  await write(changes);
  const report = await rollback();
  expect(report[kind]).toMatchObject([{ id: 'aaaaaaaa' }]);
  expect(platform.calls.length > 0).toBe(kind === 'rolledBack');
  expect((await journal.read()).pending).toHaveLength(kind === 'rolledBack' ? 0 : 1);
});

test('a process with the same id on another host is not the owner', async () => {
  await write({ host: OTHER_HOST, owner: ALIVE, platform: SSH });
  expect(await rollback()).toMatchObject({ running: [], unknownOwner: [{ id: 'aaaaaaaa' }] });
});

test('two rollbacks do not overlap', async () => {
  await write({});
  let active = 0;
  let most = 0;
  const slow = fakePlatform();
  slow.signal = async () => {
    most = Math.max(most, ++active);
    await sleep(50);
    active--;
  };
  const both = () => rollbackPending({ journal, faults: FAULTS, open: async () => slow });
  const reports = await Promise.all([both(), both()]);
  expect(most).toBe(1);
  expect(reports.map(({ rolledBack }) => rolledBack.length).sort()).toEqual([0, 1]);
});

test('a rollback whose lock is lost before it begins keeps its entry', async () => {
  await write({});
  platform.lock = async (purpose) => ({
    assertHeld: () => {
      if (purpose === 'rollback') throw new SwarmError('lock_lost', 'the lock on lk-1 is lost');
    },
    [Symbol.asyncDispose]: async () => {},
  });
  expect((await rollback()).failed).toMatchObject([{ error: { code: 'lock_lost' } }]);
  expect(platform.calls).toEqual([]);
  expect((await journal.read()).pending).toHaveLength(1);
});

test('a drill or a rollback on the target prevents another rollback, which keeps its entry', async () => {
  await write({});
  const taken: string[] = [];
  platform.lock = async (purpose) => {
    taken.push(purpose);
    if (purpose === 'drill') throw new SwarmError('deployment_locked', 'another drill is running');
    return {
      assertHeld: () => {},
      [Symbol.asyncDispose]: async () => void taken.push(`${purpose} released`),
    };
  };
  expect((await rollback()).failed).toMatchObject([{ error: { code: 'deployment_locked' } }]);
  expect(platform.calls).toEqual([]);
  expect((await journal.read()).pending).toHaveLength(1);
  expect(taken).toEqual(['rollback', 'drill', 'rollback released']);
  // With force, the fault of a running drill is rolled back as well.
  expect((await rollback(true)).rolledBack).toHaveLength(1);
});

test('force rolls back faults that can be reached from here, and no others', async () => {
  await write({ host: OTHER_HOST, platform: SSH });
  expect((await rollback(true)).rolledBack).toHaveLength(1);
  await write({ host: OTHER_HOST });
  expect(await rollback(true)).toMatchObject({ rolledBack: [], elsewhere: [{ id: 'aaaaaaaa' }] });
  expect((await journal.read()).pending).toHaveLength(1);
});
