import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
    appendFileSync(file, `${entry(3_999, 'lost')}${entry(60_000, 'after the run')}`);
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

  it('reads a log that was rotated from its start', async () => {
    writeFileSync(file, entry(-1_000, 'before').repeat(9));
    const log = await opened();
    writeFileSync(file, entry(1_000, 'after'));
    expect((await log.read(STARTED, 2_000)).groups).toMatchObject([{ message: 'after' }]);
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
