import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordLine } from './record.ts';
import { openRecord } from './record-writer.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-record-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const line: RecordLine = { type: 'end', at: 1, reason: 'completed' };

describe('openRecord', () => {
  it('creates the folder and writes lines to disk within a second', async () => {
    const record = openRecord(join(dir, 'a', 'b'));
    record.write(line);
    await expect
      .poll(() => readFileSync(record.file, 'utf8'), { timeout: 1_500 })
      .toBe(`${JSON.stringify(line)}\n`);
    record.close();
  });

  it('writes buffered lines when it is closed', () => {
    const record = openRecord(dir);
    record.write(line);
    record.write(line);
    record.close();
    expect(readFileSync(record.file, 'utf8').split('\n')).toHaveLength(3);
  });

  it('does not change an existing record', () => {
    writeFileSync(join(dir, 'record.ndjson'), 'precious');
    expect(() => openRecord(dir)).toThrow(/the folder already has a record/);
    expect(readFileSync(join(dir, 'record.ndjson'), 'utf8')).toBe('precious');
  });

  it('refuses a folder that cannot be created, with a hint', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => openRecord(join(dir, 'file', 'sub'))).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
    expect(() => openRecord(join(dir, 'file'))).toThrow(/a part of the path is a file/);
    expect(() => openRecord('/proc/nowhere')).toThrow(/cannot be written there/);
  });

  it('returns an error on close if written lines are missing', async () => {
    const cut = openRecord(join(dir, 'cut'));
    cut.write(line);
    cut.flush();
    truncateSync(cut.file, 10);
    const problem = cut.close();
    expect(problem).toMatchObject({ code: 'record_not_written', exitCode: 98 });
    expect(problem?.message).toMatch(/10 bytes/);
    expect(await cut.failed).toBe(problem);
    expect(cut.close()).toBe(problem);
    const changed = openRecord(join(dir, 'changed'));
    changed.write(line);
    changed.flush();
    writeFileSync(
      changed.file,
      readFileSync(changed.file, 'utf8').replace('completed', 'complated'),
    );
    expect(changed.close()).toMatchObject({ code: 'record_not_written' });
    const whole = openRecord(join(dir, 'whole'));
    whole.write({ ...line, reason: 'completed' });
    expect(whole.close()).toBeNull();
  });

  it('removes an unused record, but no other file', () => {
    const unused = openRecord(join(dir, 'unused'));
    unused.discard();
    expect(existsSync(join(dir, 'unused'))).toBe(false);
    const withLog = openRecord(join(dir, 'with-log'));
    writeFileSync(join(withLog.dir, 'server.log'), 'why');
    withLog.discard();
    expect(readdirSync(withLog.dir)).toEqual(['server.log']);
  });
});
