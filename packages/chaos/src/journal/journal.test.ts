import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
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

test('an entry names the components whose drain was noted, and its notes go with it', async () => {
  const journal = openJournal(dir);
  const slash = { ...NODE, name: "a/b's node" };
  const written = { ...entry('aaaaaaaa', 1), components: [NODE, slash], draining: [] };
  const drains = async () => (await journal.read()).pending.map(({ draining }) => draining);
  await journal.write(written);
  await journal.write({ ...written, id: 'bbbbbbbb' });
  await journal.beginDrain('aaaaaaaa', slash.name, ['true']);
  expect(await drains()).toEqual([[slash.name], []]);
  await journal.write({ ...written, draining: [slash.name] });
  expect(await drains()).toEqual([[slash.name], []]);
  await journal.remove('aaaaaaaa');
  expect(readdirSync(dir)).toEqual(['bbbbbbbb.json']);
});

test('there is no note of a drain that could not be begun', async () => {
  const journal = openJournal(dir);
  await journal.write(entry('aaaaaaaa', 1));
  const fail = ['sh', '-c', 'echo not permitted >&2; exit 76'];
  await expect(journal.beginDrain('aaaaaaaa', NODE.name, fail)).rejects.toMatchObject({
    ...{ code: 'fault_unavailable', message: expect.stringContaining('not permitted') },
  });
  expect(readdirSync(dir)).toEqual(['aaaaaaaa.json']);
  const none = openJournal(join(dir, 'none'));
  await expect(none.beginDrain('aaaaaaaa', NODE.name, ['true'])).rejects.toMatchObject({
    code: 'journal_unavailable',
  });
});

test('the note of a drain that has perhaps begun stays', async () => {
  const journal = openJournal(dir);
  await journal.write({ ...entry('aaaaaaaa', 1), draining: [] });
  const late = ['sh', '-c', 'echo the engine does not answer >&2; exit 1'];
  await expect(journal.beginDrain('aaaaaaaa', NODE.name, late)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/not known: the engine does not answer/),
  });
  expect((await journal.read()).pending[0]?.draining).toEqual([NODE.name]);
  const killed = ['sh', '-c', 'kill -KILL "$PPID"; sleep 1'];
  await expect(journal.beginDrain('aaaaaaaa', 'node-2', killed)).rejects.toMatchObject({
    code: 'unreachable',
  });
});

test('a process that is killed while it begins a drain leaves the note and the signal', async () => {
  const node = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = once(node, 'exit');
  onTestFinished(() => void node.kill('SIGKILL'));
  await openJournal(dir).write({ ...entry('aaaaaaaa', 1), draining: [] });
  // The signal takes far longer than the kill, which comes as soon as there is a note.
  const argv = ['sh', '-c', 'sleep 2; kill -s TERM "$0"', String(node.pid)];
  const program = `import { openJournal } from ${JSON.stringify(new URL('./journal.ts', import.meta.url))};
await openJournal(${JSON.stringify(dir)}).beginDrain('aaaaaaaa', 'node-1', ${JSON.stringify(argv)});`;
  const drill = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    ...{ detached: true, stdio: 'ignore' },
  });
  const noted = async () => (await openJournal(dir).read()).pending[0]?.draining;
  await expect.poll(noted, { timeout: 30_000, interval: 10 }).toEqual(['node-1']);
  const killed = once(drill, 'exit');
  process.kill(-(drill.pid ?? 0), 'SIGKILL');
  expect(await killed).toEqual([null, 'SIGKILL']);
  expect(await ended).toEqual([null, 'SIGTERM']);
}, 60_000);
