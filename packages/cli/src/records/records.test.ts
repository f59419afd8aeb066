import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { explain, isUsageError } from '@livekit-swarm/settings';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { passedReport } from '@livekit-swarm/testkit/reports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { keepBaseline } from './baseline-file.ts';
import { findKeptRecords } from './find-records.ts';
import { judgeRecord } from './judge-record.ts';
import { lastRecord } from './last-record.ts';
import { planPrune, removeRecord } from './prune.ts';

const DAY_MS = 86_400_000;
let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'swarm-records-'));
});
afterEach(() => {
  rmSync(base, { recursive: true });
});

interface Kept {
  name: string;
  daysAgo: number;
  isEnded?: boolean;
  /** Age of the last change; default: that of the run. */
  changedMsAgo?: number;
}

const folderName = (daysAgo: number, name: string): string =>
  `${new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 19).replaceAll(':', '-')}-${name}`;

/** Writes the record of a healthy run of two rooms, with a log beside it. @returns its folder */
const keep = ({ name, daysAgo, isEnded = true, changedMsAgo = daysAgo * DAY_MS }: Kept): string => {
  const startedAtMs = Date.now() - daysAgo * DAY_MS;
  const lines = altered(recordOf(specOf({ rooms: 2, durationMs: 5_000 })), (line) => {
    if (line.type === 'end' && !isEnded) return null;
    return line.type === 'header'
      ? { ...line, startedAtMs, startedAt: new Date(startedAtMs).toISOString() }
      : line;
  });
  const dir = join(base, name);
  mkdirSync(dir, { recursive: true });
  const changedAt = (Date.now() - changedMsAgo) / 1_000;
  for (const [file, text] of [
    ['record.ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join('')],
    ['livekit-server.log', 'a log\n'],
  ] as const) {
    writeFileSync(join(dir, file), text);
    utimesSync(join(dir, file), changedAt, changedAt);
  }
  return dir;
};

const swarm = async (...args: string[]): Promise<{ text: string; exit: number; error: string }> => {
  const stdout = new PassThrough();
  let text = '';
  let exit = -1;
  stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  try {
    await createProgram({ stdout, stderr: stdout, env: {} }, (code) => {
      exit = code;
    }).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!isUsageError(error)) throw error;
    return { text, exit, error: explain(error) };
  }
  return { text, exit, error: '' };
};

describe('swarm records', () => {
  it('lists time, kind, verdict, load and size, newest first', async () => {
    const old = keep({ name: folderName(9, 'bbbbb'), daysAgo: 9 });
    const fresh = keep({ name: folderName(1, 'ccccc'), daysAgo: 1 });
    const { text, exit } = await swarm('records', base, '--no-color');
    expect(exit).toBe(0);
    const rows = text.split('\n').filter((line) => line.includes(base));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain(fresh);
    expect(rows[1]).toContain(old);
    expect(rows[0]).toMatch(
      /\d{4}-\d\d-\d\d \d\d:\d\d .* run +\S+ +passed +2 rooms, 4 participants +[\d.]+ [kM]?B$/,
    );
    expect(text).toMatch(/\n2 records, [\d.]+ [kM]?B\n$/);
  });

  it('is an array for programs', async () => {
    keep({ name: folderName(2, 'bbbbb'), daysAgo: 2 });
    const [record] = JSON.parse((await swarm('records', base, '--json')).text) as unknown[];
    expect(record).toMatchObject({
      record: expect.stringContaining('bbbbb'),
      kind: 'run',
      verdict: 'passed',
      rooms: 2,
      participants: 4,
      runs: 1,
    });
  });

  it('shows the newest 20, and that there are older ones', async () => {
    for (let day = 1; day <= 22; day++) keep({ name: folderName(day, 'bbbbb'), daysAgo: day });
    expect((await swarm('records', base)).text).toContain('; 2 older: --last all');
    expect((await swarm('records', base, '--last', '3')).text).toContain('; 19 older');
    expect((await swarm('records', base, '--last', 'all')).text).toContain('22 records');
    expect((await swarm('records', base, '--last', '0')).error).toMatch(/--last 0: must be/);
  });

  it('distinguishes runs that are going, damaged records, drills and sessions', async () => {
    keep({ name: folderName(0, 'going'), daysAgo: 0, isEnded: false });
    const damaged = keep({ name: folderName(1, 'damag'), daysAgo: 1 });
    writeFileSync(join(damaged, 'record.ndjson'), '{}\n');
    const yesterday = (Date.now() - DAY_MS) / 1_000;
    utimesSync(join(damaged, 'record.ndjson'), yesterday, yesterday);
    const drill = keep({ name: folderName(2, 'kill-node'), daysAgo: 2 });
    writeFileSync(join(drill, 'drill.json'), '{"exitCode":99}');
    const ab = folderName(3, 'ab-bbbbb');
    for (const run of ['A/1', 'B/1']) keep({ name: join(ab, run), daysAgo: 3 });
    writeFileSync(join(base, ab, 'comparison.json'), '{"exitCode":98}');
    mkdirSync(join(base, 'no-record'));
    const { text } = await swarm('records', base, '--json');
    const found = JSON.parse(text) as { kind: string; verdict: string; runs: number }[];
    expect(found.map(({ kind, verdict, runs }) => ({ kind, verdict, runs }))).toEqual(
      expect.arrayContaining([
        { kind: 'run', verdict: 'going', runs: 1 },
        { kind: 'run', verdict: 'unreadable', runs: 1 },
        { kind: 'drill', verdict: 'failed', runs: 1 },
        { kind: 'ab', verdict: 'inconclusive', runs: 2 },
      ]),
    );
    expect(found).toHaveLength(4);
  });

  it('judges a run with its baseline, and keeps the baseline of a run that stays', async () => {
    const base1 = keep({ name: folderName(9, 'bbbbb'), daysAgo: 9 });
    const other = keep({ name: folderName(8, 'ccccc'), daysAgo: 8 });
    const run = keep({ name: folderName(1, 'ddddd'), daysAgo: 1 });
    const [passed] = (await findKeptRecords(base)).map(judgeRecord);
    expect(await passed).toMatchObject({ verdict: 'passed' });
    const decision = { ...passedReport().decision, exitCode: 99 as const };
    const recordPath = join(run, 'record.ndjson');
    await keepBaseline({ recordPath, decision }, [base1]);
    const [failed] = (await findKeptRecords(base)).map(judgeRecord);
    expect(await failed).toMatchObject({ kind: 'run', verdict: 'failed', dir: run });
    const plan = await planPrune(base, { newest: 1, forMs: null });
    expect(plan.remove.map(({ dir }) => dir)).toEqual([other]);
    expect(plan.baselines.map(({ dir }) => dir)).toEqual([base1]);
    expect((await planPrune(base, { newest: 0, forMs: null })).remove).toHaveLength(3);
  });

  it('keeps the baselines of a baseline that stays, in a chain and in a circle', async () => {
    const [a = '', b = '', c = '', d = '', alone = ''] = [9, 8, 7, 1, 6].map((daysAgo, index) =>
      keep({ name: folderName(daysAgo, 'abcde'.charAt(index).repeat(5)), daysAgo }),
    );
    const { decision } = passedReport();
    const compared = (run: string, base1: string): Promise<void> =>
      keepBaseline({ recordPath: join(run, 'record.ndjson'), decision }, [base1]);
    await compared(d, c);
    await compared(c, b);
    await compared(b, a);
    await compared(a, c);
    const plan = await planPrune(base, { newest: 1, forMs: null });
    expect(plan.remove.map(({ dir }) => dir)).toEqual([alone]);
    expect(plan.baselines.map(({ dir }) => dir)).toEqual([c, b, a]);
    expect((await planPrune(base, { newest: 0, forMs: null })).remove).toHaveLength(5);
  });

  it('shows how to compare a run with its baseline again, quoted for a shell', async () => {
    const run = keep({ name: folderName(1, 'ddddd'), daysAgo: 1 });
    const { decision } = passedReport();
    const kept = { recordPath: join(run, 'record.ndjson'), decision };
    await keepBaseline(kept, ["/a b;id'\u001b[2J"]);
    expect((await swarm('report', run)).text).toContain(
      "with exit code 0: swarm compare '/a b;id'\\''\ufffd[2J' ",
    );
    await keepBaseline(kept, ['/a', '/b']);
    expect((await swarm('report', run)).text).toContain(
      'swarm compare --base /a --base /b --current ',
    );
  });

  it.skipIf(process.getuid?.() === 0)('names a folder that this user may not read', async () => {
    const dir = keep({ name: folderName(1, 'bbbbb'), daysAgo: 1 });
    chmodSync(dir, 0o000);
    const { error } = await swarm('records', base);
    chmodSync(dir, 0o700);
    expect(error).toMatch(/bbbbb: cannot be read \(EACCES\)/);
  });

  it('reports that there is none, and that the folder is missing', async () => {
    expect((await swarm('records', base)).text).toMatch(/holds no record/);
    expect((await swarm('records', join(base, 'nowhere'))).error).toMatch(
      /there is no such folder/,
    );
  });
});

describe('swarm records prune', () => {
  it('removes nothing without --yes', async () => {
    for (const day of [1, 2, 3]) keep({ name: folderName(day, 'bbbbb'), daysAgo: day });
    const { text, exit } = await swarm('records', 'prune', base, '--keep', '1');
    expect(text.match(/^would remove /gm)).toHaveLength(2);
    expect(text).toMatch(/2 records, .*Nothing was removed: add --yes\.\n$/);
    expect(exit).toBe(0);
    expect(readdirSync(base)).toHaveLength(3);
  });

  it('keeps the newest, or what is young, or both', async () => {
    for (const day of [1, 10, 40, 50]) keep({ name: folderName(day, 'bbbbb'), daysAgo: day });
    const removed = async (newest: number | null, days: number | null): Promise<number> => {
      const forMs = days === null ? null : days * DAY_MS;
      return (await planPrune(base, { newest, forMs })).remove.length;
    };
    expect(await removed(3, null)).toBe(1);
    expect(await removed(0, null)).toBe(4);
    expect(await removed(null, 30)).toBe(2);
    expect(await removed(3, 30)).toBe(1);
    const { text, exit } = await swarm('records', 'prune', base, '--older-than', '30d', '--yes');
    expect(text.match(/^removed /gm)).toHaveLength(2);
    expect(exit).toBe(0);
    expect(readdirSync(base)).toHaveLength(2);
  });

  it.each([
    { changedMsAgo: 2_000, how: 'was written to a moment ago' },
    { changedMsAgo: 50 * 60_000, how: 'has no end yet' },
  ])('leaves a record that $how', async ({ changedMsAgo }) => {
    const dir = keep({ name: folderName(9, 'going'), daysAgo: 9, isEnded: false, changedMsAgo });
    const { text } = await swarm('records', 'prune', base, '--keep', '0', '--yes');
    expect(text).toMatch(/stays: .*going: its run may still be going/);
    expect(existsSync(dir)).toBe(true);
  });

  it('removes a record without an end once nothing has changed for an hour', async () => {
    keep({ name: folderName(9, 'killed'), daysAgo: 9, isEnded: false });
    expect((await planPrune(base, { newest: 0, forMs: null })).remove).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux')('leaves a record that a process has open', async () => {
    const dir = keep({ name: folderName(9, 'paused'), daysAgo: 9, isEnded: false });
    const fd = openSync(join(dir, 'record.ndjson'), 'a');
    const writer = spawn('sleep', ['60'], { stdio: ['ignore', fd, 'ignore'] });
    closeSync(fd);
    try {
      await once(writer, 'spawn');
      expect((await planPrune(base, { newest: 0, forMs: null })).going).toHaveLength(1);
    } finally {
      writer.kill('SIGKILL');
      await once(writer, 'close');
    }
  });

  it('leaves a session between two of its runs', async () => {
    for (const run of ['001', '002'])
      keep({ name: join(folderName(0, 'soak-bbbbb'), run), daysAgo: 0, changedMsAgo: 60_000 });
    const { remove, going } = await planPrune(base, { newest: 0, forMs: null });
    expect({ remove, going: going.map(({ kind }) => kind) }).toEqual({
      remove: [],
      going: ['soak'],
    });
  });

  it('leaves what is not a record, what was named with --record, and links with what they lead to', async () => {
    const elsewhere = join(base, 'elsewhere');
    const target = keep({ name: join('elsewhere', folderName(9, 'bbbbb')), daysAgo: 9 });
    const records = join(base, 'records');
    mkdirSync(join(records, folderName(9, 'notes')), { recursive: true });
    writeFileSync(join(records, folderName(9, 'notes'), 'notes.txt'), 'mine');
    writeFileSync(join(records, folderName(8, 'file')), 'mine');
    const baseline = keep({ name: join('records', 'release'), daysAgo: 9 });
    symlinkSync(target, join(records, folderName(9, 'links')));
    const own = keep({ name: join('records', folderName(9, 'ddddd')), daysAgo: 9 });
    symlinkSync(elsewhere, join(own, 'inside'));
    const before = readdirSync(records);
    const { text } = await swarm('records', 'prune', records, '--keep', '0', '--yes');
    expect(text.match(/^removed /gm)).toHaveLength(1);
    expect(text).toMatch(/stays: 1 folder with a name of --record: .*release/);
    expect(readdirSync(records)).toEqual(before.filter((name) => name !== basename(own)));
    expect(existsSync(join(target, 'record.ndjson'))).toBe(true);
    expect(existsSync(join(baseline, 'record.ndjson'))).toBe(true);
  });

  it('looks again before it removes: a link may have taken the place of the folder', async () => {
    const dir = keep({ name: folderName(9, 'bbbbb'), daysAgo: 9 });
    const [record] = await findKeptRecords(base);
    if (record === undefined) throw new Error('no record was found');
    const target = keep({ name: 'elsewhere', daysAgo: 9 });
    rmSync(dir, { recursive: true });
    symlinkSync(target, dir);
    expect(await removeRecord(record)).toBe(false);
    expect(existsSync(join(target, 'record.ndjson'))).toBe(true);
  });

  it('counts a record that another process has removed meanwhile as removed', async () => {
    const dir = keep({ name: folderName(9, 'bbbbb'), daysAgo: 9 });
    const [record] = await findKeptRecords(base);
    if (record === undefined) throw new Error('no record was found');
    rmSync(dir, { recursive: true });
    expect(await removeRecord(record)).toBe(true);
  });

  it.each([
    [[], /Neither --keep nor --older-than/],
    [['--keep', '-1'], /--keep|must be a whole number/],
    [['--older-than', 'soon'], /--older-than soon: is not an age/],
  ])('needs a rule that can be read: %j', async (flags, message) => {
    expect((await swarm('records', 'prune', base, ...flags)).error).toMatch(message);
  });
});

describe('the last record', () => {
  it('is the newest of a run, also of one that is going', async () => {
    keep({ name: folderName(3, 'bbbbb'), daysAgo: 3 });
    const going = keep({ name: folderName(1, 'ccccc'), daysAgo: 1, isEnded: false });
    const drill = keep({ name: folderName(0, 'kill-node'), daysAgo: 0 });
    writeFileSync(join(drill, 'drill.json'), '{"exitCode":0}');
    expect(await lastRecord(base)).toBe(going);
  });

  it('is that of a folder whose name begins like that of a session, if the record is in it', async () => {
    keep({ name: folderName(3, 'bbbbb'), daysAgo: 3 });
    const dir = keep({ name: folderName(1, 'soak-restart'), daysAgo: 1 });
    expect(await lastRecord(base)).toBe(dir);
  });

  it('is missing where there is none, with a way to make one', async () => {
    await expect(lastRecord(base)).rejects.toThrow(/holds none of a run/);
  });
});
