import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nightLine } from '../../test/support/night-line.ts';
import { appendNightLine, readNightHistory } from './history.ts';

const fileWith = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'swarm-night-')), 'history.ndjson');
  writeFileSync(file, text);
  return file;
};
const FIRST = nightLine({ drill: 'first' });
const SECOND = nightLine({ drill: 'second' });

describe('a history', () => {
  it('begins with its first line, in a folder that is made', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'swarm-night-')), 'a', 'b', 'history.ndjson');
    expect(readNightHistory(file)).toEqual({ lines: [], isTruncated: false });
    appendNightLine(file, FIRST);
    appendNightLine(file, SECOND);
    expect(readNightHistory(file)).toEqual({ lines: [FIRST, SECOND], isTruncated: false });
  });

  it('survives a process that was killed while it wrote a line', () => {
    const file = fileWith(`${JSON.stringify(FIRST)}\n{"schema":"livekit-swarm/n`);
    expect(readNightHistory(file)).toEqual({ lines: [FIRST], isTruncated: true });
    appendNightLine(file, SECOND);
    expect(readFileSync(file, 'utf8')).toBe(
      `${JSON.stringify(FIRST)}\n${JSON.stringify(SECOND)}\n`,
    );
  });

  it.each([
    ['hello\n', /:1.*not JSON/],
    // Without a line break at its end, the next line would replace it.
    ['{"drills":[]}', /:1.*schema/],
    [`${JSON.stringify(FIRST)}\nhello`, /:2.*not JSON/],
    [`${JSON.stringify(FIRST)}\n{}\n`, /:2.*cannot be read as a line of a history: schema/],
    [`${JSON.stringify({ ...FIRST, outcome: 'great' })}\n`, /:1.*outcome/],
  ])('refuses another file: %#', (text, why) => {
    const file = fileWith(text);
    expect(() => readNightHistory(file)).toThrow(why);
  });
});
