import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyHost } from '@livekit-swarm/host';
import { expect, onTestFinished, test } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import { FAULTS } from '../faults/index.ts';
import type { Platform } from '../targets/platform.ts';
import { JOURNAL_SCHEMA, type JournalEntry, openJournal } from './journal.ts';
import { rollbackExpired } from './rollback-expired.ts';
import { rollbackEntry } from './rollback-pending.ts';

/** An injection of `remove-node` whose node runs, and never exits after SIGTERM. */
const expiring = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-expired-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const journal = openJournal(dir);
  const entry: JournalEntry = {
    ...{ schema: JOURNAL_SCHEMA, id: 'abcd1234', drill: 'test', fault: 'remove-node' },
    ...{ params: { grace: 0, end: 'sigkill' }, components: [NODE] },
    ...{ platform: { kind: 'process', place: 'fake' }, injected: false, expiry: null },
    injectedAt: new Date().toISOString(),
    owner: { pid: 1, startedAt: null, bootId: null },
    host: identifyHost(),
  };
  const platform = fakePlatform();
  const { calls } = platform;
  let instance: string | null = NODE.instance;
  const running: Platform = {
    ...platform,
    instance: async () => instance,
    pid: async () => (instance === null ? null : 1),
    signal: async (_node, signal) => {
      calls.push(signal);
      instance = null;
    },
  };
  const failures: string[] = [];
  const expire = (retryAfterMs: readonly number[] = []): Promise<void> =>
    rollbackExpired({
      ...{ journal, entry, retryAfterMs, onFailed: (message) => void failures.push(message) },
      rollback: (present) => rollbackEntry(present, { faults: FAULTS, open: async () => running }),
    });
  return { file: join(dir, 'abcd1234.json'), journal, entry, calls, failures, expire };
};

const STARTED = [`start ${NODE.name}`, 'disarm abcd1234'];

test('a node whose drain the journal names is ended and started, and the entry is removed', async () => {
  const { journal, entry, calls, expire } = await expiring();
  await journal.write({ ...entry, draining: [NODE.name] });
  await expire();
  expect(calls).toEqual(['SIGKILL', ...STARTED]);
  expect(await journal.read()).toEqual({ pending: [], unreadable: [] });
});

test('a node keeps its calls when the journal names no drain, or has no entry any more', async () => {
  const { journal, entry, calls, expire } = await expiring();
  await journal.write({ ...entry, draining: [] });
  await expire();
  await expire();
  expect(calls).toEqual([...STARTED, ...STARTED]);
});

test('with an unreadable entry no node is ended, all else is rolled back, and the entry stays', async () => {
  const { file, journal, calls, failures, expire } = await expiring();
  await writeFile(file, '{"schema":');
  await expect(expire([0])).rejects.toThrow('a node that drains was not ended');
  expect(calls).toEqual([...STARTED, ...STARTED]);
  expect(failures[0]).toContain(`${file} is not complete JSON`);
  expect((await journal.read()).unreadable).toHaveLength(1);
});

test('a later attempt ends the node, when the entry has become readable', async () => {
  const { file, journal, entry, calls, failures, expire } = await expiring();
  await writeFile(file, '');
  const expired = expire(Array.from({ length: 100 }, () => 50));
  await expect.poll(() => failures.length).toBeGreaterThan(0);
  expect(calls).not.toContain('SIGKILL');
  await journal.write({ ...entry, draining: [NODE.name] });
  await expired;
  expect(calls.slice(-3)).toEqual(['SIGKILL', ...STARTED]);
});

test.skipIf(process.getuid?.() === 0)(
  'an unreadable folder is no reason to end a node',
  async () => {
    const { journal, entry, calls, expire } = await expiring();
    await journal.write({ ...entry, draining: [NODE.name] });
    await chmod(journal.dir, 0o000);
    await expect(expire()).rejects.toThrow('cannot be read');
    await chmod(journal.dir, 0o700);
    expect(calls).toEqual(STARTED);
  },
);
