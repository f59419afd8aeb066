import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry, SessionFacts, StreamFigures } from './entries.ts';
import { decodeStreams } from './entries.ts';
import { Journal } from './journal.ts';
import { openFile } from './open-file.ts';
import { eventsOfRoom, intervalsOf, listRooms, sessionsOfRoom } from './read.ts';

const LIMITS = { retentionMs: 60_000, maxBytes: 64 << 20 };
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

let dir: string;
let files = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-sessions-'));
});
afterAll(() => rmSync(dir, { recursive: true }));
const newFile = (): string => join(dir, `${++files}.db`);

const STREAM: StreamFigures = {
  direction: 'down',
  kind: 'video',
  publisher: 'PA_ben',
  expectedMs: 10_000,
  packets: 900,
  lost: 100,
  recovered: 90,
  nacks: 20,
  jitterMs: 8.5,
  rttMs: null,
  frames: 250,
  framesDropped: 3,
  freezeMs: 400,
  codecMs: 700,
  cpuLimitedMs: 0,
  samples: 0,
  concealed: 0,
};

const session = (identity: string, rest: Partial<SessionFacts> = {}): SessionFacts => ({
  sid: `PA_${identity}`,
  room: 'room',
  identity,
  ...rest,
});

const report = (identity: string, atMs: number, rest: Partial<SessionFacts> = {}): Entry => {
  const facts = session(identity, rest);
  return {
    atMs,
    room: facts.room,
    session: facts,
    interval: { fromMs: atMs - 10_000, toMs: atMs, streams: [STREAM] },
  };
};

const joined = (identity: string, atMs: number): Entry => ({
  atMs,
  room: 'room',
  session: session(identity, { joinedAtMs: atMs }),
  event: { code: 'joined', detail: null },
});

describe('a journal', () => {
  it('returns written entries, and completes a session from later ones', () => {
    const journal = new Journal(newFile(), LIMITS);
    journal.add(joined('anna', 50_000));
    journal.add(report('anna', 65_000, { node: 'ND_1', path: 'udp' }));
    journal.add({
      atMs: 70_000,
      room: 'room',
      session: session('anna', { leftAtMs: 70_000, leftReason: 'client_initiated' }),
      event: { code: 'left', detail: 'client_initiated' },
    });
    journal.add({
      atMs: 71_000,
      room: 'room',
      session: null,
      event: { code: 'room_finished', detail: null },
    });
    expect(journal.flush()).toBe(4);
    expect(journal.flush()).toBe(0);
    const { database } = journal;
    const [stored] = sessionsOfRoom(database, 'room', ALL, 10);
    expect(stored).toMatchObject({
      sid: 'PA_anna',
      identity: 'anna',
      node: 'ND_1',
      path: 'udp',
      joinedMs: 50_000,
      seenMs: 70_000,
      leftMs: 70_000,
      leftReason: 'client_initiated',
    });
    expect(intervalsOf(database, [stored?.id ?? 0], ALL).get(stored?.id ?? 0)).toEqual([
      { fromMs: 55_000, toMs: 65_000, streams: [STREAM] },
    ]);
    expect(eventsOfRoom(database, 'room', ALL, 10)).toEqual([
      { atMs: 50_000, code: 'joined', detail: null, sid: 'PA_anna' },
      { atMs: 70_000, code: 'left', detail: 'client_initiated', sid: 'PA_anna' },
      { atMs: 71_000, code: 'room_finished', detail: null, sid: null },
    ]);
    expect(listRooms(database, ALL, 10)).toMatchObject([{ room: 'room', sessions: 1 }]);
    journal.close();
  });

  it('reads rows that were written before a column was added', () => {
    expect(decodeStreams('[["up","audio",null,10000,500]]')).toMatchObject([
      { direction: 'up', kind: 'audio', packets: 500, lost: 0, jitterMs: null },
    ]);
  });

  it('deletes rows that are older than its retention', () => {
    const journal = new Journal(newFile(), LIMITS);
    for (const atMs of [10_000, 50_000, 90_000]) journal.add(report('anna', atMs));
    journal.add(report('ben', 20_000));
    journal.flush();
    expect(journal.prune(100_000)).toBe(false);
    const sessions = sessionsOfRoom(journal.database, 'room', ALL, 10);
    expect(sessions.map(({ identity }) => identity)).toEqual(['anna']);
    const ids = sessions.map(({ id }) => id);
    expect(intervalsOf(journal.database, ids, ALL).get(ids[0] ?? 0)).toHaveLength(2);
    journal.close();
  });

  it('stays below its maximum size, and deletes the oldest rows first', () => {
    const maxBytes = 1 << 20;
    const file = newFile();
    const journal = new Journal(file, { retentionMs: 1e12, maxBytes });
    const streams = Array(20).fill(STREAM);
    for (let second = 1; second <= 2_000; second++) {
      const entry = report('anna', second * 1_000, { sid: `PA_${Math.floor(second / 50)}` });
      journal.add({
        ...entry,
        interval: { fromMs: second * 1_000 - 1_000, toMs: second * 1_000, streams },
      });
      if (second % 50 > 0) continue;
      journal.flush();
      while (journal.prune(second * 1_000));
    }
    expect(journal.dropped).toBe(0);
    expect(journal.bytes).toBeLessThan(maxBytes);
    const sessions = sessionsOfRoom(journal.database, 'room', ALL, 1_000);
    expect(sessions[0]?.seenMs).toBe(2_000_000);
    expect(sessions.at(-1)?.joinedMs).toBeGreaterThan(1_000_000);
    journal.close();
    expect(statSync(file).size).toBeLessThanOrEqual(maxBytes);
  });

  it('deletes rows when the file is full before a prune, and drops entries that do not fit', () => {
    const journal = new Journal(newFile(), { retentionMs: 1e12, maxBytes: 256 << 10 });
    const streams = Array(20).fill(STREAM);
    const fill = (entries: number): void => {
      for (let second = 1; second <= entries; second++)
        journal.add({
          ...report('anna', second * 1_000),
          interval: { fromMs: 0, toMs: second * 1_000, streams },
        });
    };
    fill(60);
    journal.flush();
    fill(60);
    expect(journal.flush()).toBe(60);
    expect(journal.dropped).toBe(0);
    fill(1_000);
    expect(() => journal.flush()).toThrow(/full/);
    expect(journal.dropped).toBe(1_000);
    fill(1);
    expect(journal.flush()).toBe(1);
    journal.close();
  });

  it('keeps entries for one more flush when another process holds the lock', () => {
    const file = newFile();
    const journal = new Journal(file, LIMITS);
    const other = openFile(file);
    const locked = (work: () => void): void => {
      other.exec('BEGIN IMMEDIATE');
      try {
        work();
      } finally {
        other.exec('ROLLBACK');
      }
    };
    locked(() => {
      journal.add(report('anna', 1_000));
      expect(() => journal.flush()).toThrow(/locked/);
    });
    expect(journal.dropped).toBe(0);
    expect(journal.flush()).toBe(1);
    locked(() => {
      journal.add(report('anna', 2_000));
      expect(() => journal.flush()).toThrow(/locked/);
      journal.add(report('ben', 3_000));
      expect(() => journal.flush()).toThrow(/locked/);
    });
    // The second failure drops the entries that had failed before, and keeps the new ones.
    expect(journal.dropped).toBe(1);
    expect(journal.flush()).toBe(1);
    other.close();
    journal.close();
  });

  it('leaves nothing of a deleted participant in its files', () => {
    const file = newFile();
    const journal = new Journal(file, LIMITS);
    journal.add(joined('anna-the-secret', 10_000));
    journal.add(report('anna-the-secret', 20_000));
    journal.add(report('ben', 20_000));
    journal.flush();
    journal.add(report('anna-the-secret', 30_000));
    const bytes = () => [file, `${file}-wal`].map((path) => readFileSync(path, 'latin1')).join('');
    expect(bytes()).toContain('anna-the-secret');
    expect(journal.deleteIdentity('anna-the-secret')).toBe(1);
    expect(bytes()).not.toContain('anna-the-secret');
    expect(sessionsOfRoom(journal.database, 'room', ALL, 10)).toMatchObject([{ identity: 'ben' }]);
    expect(eventsOfRoom(journal.database, 'room', ALL, 10)).toEqual([]);
    expect(journal.deleteIdentity('carla')).toBe(0);
    journal.close();
  });

  it('keeps all flushed entries after SIGKILL, undamaged', async () => {
    const file = newFile();
    const program = `
      const { Journal } = await import(${JSON.stringify(join(import.meta.dirname, 'journal.ts'))});
      const journal = new Journal(${JSON.stringify(file)}, ${JSON.stringify(LIMITS)});
      for (let batch = 1; ; batch++) {
        for (let one = 0; one < 50; one++) journal.add(${JSON.stringify(report('anna', 20_000))});
        journal.flush();
        if (batch >= 20) console.log(batch);
      }`;
    const writer = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let written = '';
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      written += text;
      writer.kill('SIGKILL');
    });
    await once(writer, 'close');
    const database = openFile(file);
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    const { rows } = database.prepare('SELECT count(*) AS rows FROM intervals').get() ?? {};
    const batches = Number(written.trim().split('\n').at(-1));
    expect(Number(rows)).toBeGreaterThanOrEqual(batches * 50);
    expect(Number(rows) % 50).toBe(0);
    database.close();
  });
});

describe('the file of a journal', () => {
  it('is readable only by the user of the exporter', () => {
    const file = newFile();
    const journal = new Journal(file, LIMITS);
    journal.add(joined('anna', 1_000));
    journal.flush();
    for (const path of [file, `${file}-wal`, `${file}-shm`])
      expect(statSync(path).mode & 0o777).toBe(0o600);
    journal.close();
  });

  it('of another kind is rejected and not changed', () => {
    const file = newFile();
    const text = 'a text that matters to its owner, '.repeat(100);
    writeFileSync(file, text);
    expect(() => new Journal(file, LIMITS)).toThrow(/is not a SQLite database/);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('of another program is rejected and not changed', () => {
    const file = newFile();
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE sessions (id INTEGER)');
    other.close();
    const before = readFileSync(file);
    expect(() => new Journal(file, LIMITS)).toThrow(/is a database of another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that is damaged is rejected and not changed', () => {
    const file = newFile();
    new Journal(file, LIMITS).close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 100, bytes.length);
    writeFileSync(file, bytes);
    expect(() => new Journal(file, LIMITS)).toThrow(/is damaged/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('of a newer version is rejected', () => {
    const file = newFile();
    new Journal(file, LIMITS).close();
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 1000');
    newer.close();
    expect(() => new Journal(file, LIMITS)).toThrow(/newer version of swarm/);
  });

  it('is rejected in a missing folder, and when a missing one is opened for reading', () => {
    expect(() => new Journal(join(dir, 'missing', 'a.db'), LIMITS)).toThrow(/cannot be opened/);
    expect(() => openFile(join(dir, 'missing.db'), { readOnly: true })).toThrow(
      /no such session journal/,
    );
  });
});
