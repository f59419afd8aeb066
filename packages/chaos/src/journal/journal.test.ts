import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NODE } from '../../test/support/fake-platform.ts';
import { JOURNAL_SCHEMA, type JournalEntry, journalDir, openJournal } from './journal.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const entry = (id: string, second: number): JournalEntry => ({
  schema: JOURNAL_SCHEMA,
  id,
  drill: 'kill-room-node',
  fault: 'kill',
  params: { deep: [1, { er: 'x' }] },
  components: [{ ...NODE, redis: { address: null, port: 6379, cgroup: '/a.slice/b.service' } }],
  platform: { kind: 'process', place: 'lab', units: ['a', 'b'], n: 3 },
  injectedAt: `2026-01-01T00:00:0${second}.000Z`,
  injected: true,
  expiry: { methods: ['systemd_timer'], at: '2026-01-01T00:02:00.000Z' },
  owner: { pid: 42, startedAt: 4711, bootId: 'boot' },
  host: { hostname: 'a', machineId: 'm', bootId: 'b', pidNamespace: 4026531836 },
});

test('written entries are read, the last injected first, until they are removed', async () => {
  const journal = openJournal(join(dir, 'not', 'there', 'yet'));
  expect(await journal.read()).toEqual({ pending: [], unreadable: [] });
  await journal.write(entry('aaaaaaaa', 1));
  await journal.write(entry('bbbbbbbb', 3));
  await journal.write(entry('cccccccc', 2));
  expect((await journal.read()).pending).toEqual([
    entry('bbbbbbbb', 3),
    entry('cccccccc', 2),
    entry('aaaaaaaa', 1),
  ]);
  await journal.remove('bbbbbbbb');
  await journal.remove('bbbbbbbb');
  expect((await journal.read()).pending.map(({ id }) => id)).toEqual(['cccccccc', 'aaaaaaaa']);
});

test('only the user may read it, and no temporary file is left', async () => {
  const journal = openJournal(dir);
  await journal.write(entry('aaaaaaaa', 1));
  expect(readdirSync(dir)).toEqual(['aaaaaaaa.json']);
  expect(statSync(join(dir, 'aaaaaaaa.json')).mode & 0o777).toBe(0o600);
});

test.each([
  ['half of it', '{"schema":"livekit-swarm/injection/4","id":"aaaa', /not complete JSON/],
  ['nothing', '', /not complete JSON/],
  ['another format', '{"a":1}', /not from this version.*missing/],
  [
    'of a later version',
    '{"schema":"livekit-swarm/injection/99"}',
    /not from this version.*injection\/99/,
  ],
  ['a list', '[1]', /not from this version/],
  ['null', 'null', /not from this version/],
])('%s: is reported, stays, and does not affect others', async (_what, text, why) => {
  const journal = openJournal(dir);
  const file = join(dir, 'zzzzzzzz.json');
  writeFileSync(file, text);
  await journal.write(entry('aaaaaaaa', 1));
  const { pending, unreadable } = await journal.read();
  expect(pending.map(({ id }) => id)).toEqual(['aaaaaaaa']);
  expect(unreadable).toEqual([{ file, reason: expect.stringMatching(why) }]);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a truncated or copied entry is not used', async () => {
  const journal = openJournal(dir);
  const { components: _members, ...without } = entry('aaaaaaaa', 1);
  writeFileSync(join(dir, 'aaaaaaaa.json'), JSON.stringify(without));
  writeFileSync(join(dir, 'copy.json'), JSON.stringify(entry('bbbbbbbb', 1)));
  const { pending, unreadable } = await journal.read();
  expect(pending).toEqual([]);
  expect(unreadable.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('components'),
    expect.stringContaining('bbbbbbbb'),
  ]);
});

test('other files stay', async () => {
  writeFileSync(join(dir, 'aaaaaaaa.json.new'), 'half');
  writeFileSync(join(dir, 'README'), 'x');
  expect(await openJournal(dir).read()).toEqual({ pending: [], unreadable: [] });
});

test('a folder that cannot be written to is reported, with a hint', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const journal = openJournal(join(file, 'journal'));
  await expect(journal.write(entry('aaaaaaaa', 1))).rejects.toMatchObject({
    code: 'journal_unavailable',
    message: expect.stringContaining(file),
    hint: expect.stringContaining('writable'),
  });
});

test('every checkout of a user has the same folder, which is not the cache', () => {
  expect(journalDir({ XDG_STATE_HOME: '/somewhere', XDG_CACHE_HOME: '/cache' })).toBe(
    '/somewhere/livekit-swarm/chaos/journal',
  );
});
