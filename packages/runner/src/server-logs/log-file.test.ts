import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenLog, openLog } from './log-file.ts';

const STARTED = 1_800_000_000_000;

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-log-'));
  file = join(dir, 'node-1.log');
});
afterEach(() => rmSync(dir, { recursive: true }));

const entry = (atMs: number, msg: string, level = 'error'): string =>
  `${JSON.stringify({ level, ts: (STARTED + atMs) / 1_000, msg })}\n`;

/** Opens the log, and waits until its end is noted. */
const opened = async (): Promise<OpenLog> => {
  const log = openLog({ node: 'node-1', file });
  await log.read(STARTED, 0);
  return log;
};

describe('openLog', () => {
  it('reads what was logged since then, by message and second', async () => {
    writeFileSync(file, entry(-90_000, 'of an earlier run'));
    const log = await opened();
    appendFileSync(file, entry(100, 'joined', 'info'));
    appendFileSync(file, entry(2_100, 'slow', 'warn').repeat(3));
    appendFileSync(file, `${entry(4_000, 'lost')}a stack trace\n${entry(4_900, 'lost')}`);
    appendFileSync(file, entry(3_999, 'lost'));
    expect(await log.read(STARTED, 9_000)).toEqual({
      ...{
        type: 'server_log',
        at: 9_000,
        node: 'node-1',
        file: 'node-1.log',
        entries: 7,
        omitted: 0,
      },
      groups: [
        {
          level: 'error',
          message: 'lost',
          seconds: [
            [3, 1],
            [4, 2],
          ],
        },
        { level: 'warn', message: 'slow', seconds: [[2, 3]] },
      ],
    });
  });

  it.each([
    [
      'replaced',
      (text: string) => {
        renameSync(file, `${file}.1`);
        writeFileSync(file, text);
      },
    ],
    ['cut', (text: string) => writeFileSync(file, text.slice(text.lastIndexOf('{')))],
  ])('reads a log that was %s during the run from its start', async (_, rotate) => {
    writeFileSync(file, entry(-1_000, 'before').repeat(2));
    const log = await opened();
    rotate(entry(1_000, 'after').repeat(9));
    const { groups, message } = await log.read(STARTED, 2_000);
    expect(groups).toMatchObject([{ message: 'after' }]);
    expect(message).toBe('it was rotated during the run, and its first part is missing');
  });

  it('leaves out what is of another time, and states that', async () => {
    const log = await opened();
    // As `docker logs` without --since, and a server whose clock is ahead.
    const ofYesterday = entry(Date.now() - STARTED - 86_400_000, 'of yesterday');
    writeFileSync(file, `${ofYesterday}${entry(1_000, 'now')}${entry(60_000, 'ahead')}`);
    expect(await log.read(STARTED, 9_000)).toMatchObject({
      ...{ entries: 1, groups: [{ message: 'now' }] },
      message: 'times of 2 entries are not those of the run: older text, or another clock',
    });
  });

  it('keeps the 50 most frequent messages, errors first, and counts the others', async () => {
    const log = await opened();
    writeFileSync(
      file,
      Array.from({ length: 60 }, (_, n) => entry(n, `warning ${n}`, 'warn')).join(''),
    );
    appendFileSync(file, `${entry(70, 'warning 59', 'warn')}${entry(80, 'error')}`);
    const { groups, omitted } = await log.read(STARTED, 1_000);
    expect(groups).toHaveLength(50);
    expect(groups.slice(0, 2)).toMatchObject([{ message: 'error' }, { message: 'warning 59' }]);
    expect(omitted).toBe(11);
  });

  it('states why a log cannot be read', async () => {
    const log = await opened();
    const line = await log.read(STARTED, 1_000);
    expect(line).toMatchObject({ groups: [], message: expect.stringContaining('no such file') });
  });
});
