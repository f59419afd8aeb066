import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readScenarioFile, readScenarioFiles } from './scenario-file.ts';

const SCENARIO = `scenario: calls
groups:
  calls: { executor: constant-rooms, rooms: 4, duration: 10s, roles: { caller: { count: 2, publish: audio } } }
scales:
  small: { groups: { calls: { rooms: 2 } } }
`;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'scenario-file-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const file = (name: string, content: string | Buffer): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

const roomsOf = ({ scenario }: ReturnType<typeof readScenarioFile>): unknown => {
  const executor = scenario.groups[0]?.executor;
  return executor?.type === 'constant-rooms' ? executor.rooms : undefined;
};

const errorOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('readScenarioFile', () => {
  it('reads a file at the requested scale', () => {
    const path = file('calls.yaml', SCENARIO);
    expect(roomsOf(readScenarioFile(path))).toBe(4);
    expect(roomsOf(readScenarioFile(path, { scale: 'small' }))).toBe(2);
    expect(roomsOf(readScenarioFile(path, { scale: '0.25' }))).toBe(1);
  });

  it('accepts a byte order mark and line ends of Windows', () => {
    expect(
      roomsOf(readScenarioFile(file('w.yaml', `\uFEFF${SCENARIO.replaceAll('\n', '\r\n')}`))),
    ).toBe(4);
  });

  it('names the file in its problems', () => {
    const path = file('calls.yaml', SCENARIO.replace('10s', '10'));
    const error = errorOf(() => readScenarioFile(path));
    expect(error).toMatchObject({ code: 'invalid_file' });
    expect(error).toMatchObject({
      message: `${path}:3:58: groups.calls.duration: a duration needs a unit`,
      hint: 'write 10s',
    });
  });

  it('reports the reason if a file cannot be read', () => {
    mkdirSync(join(dir, 'folder'));
    const cases: [string, RegExp][] = [
      [join(dir, 'none.yaml'), /none\.yaml: file not found/],
      [join(dir, 'folder'), /folder: is a folder/],
      [file('latin.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xe9])), /is not UTF-8 text/],
      [file('utf16.yaml', Buffer.from(`\uFEFF${SCENARIO}`, 'utf16le')), /is not UTF-8 text/],
      [file('bomb.yaml', `a: "${'x'.repeat(10 * 1_024 * 1_024)}"`), /is larger than 1024 KB/],
      ['/dev/zero', /is larger than 1024 KB/],
    ];
    for (const [path, message] of cases) {
      const error = errorOf(() => readScenarioFile(path));
      expect(error).toMatchObject({ problems: [{ code: 'unreadable_file' }] });
      expect(String(error)).toMatch(message);
    }
  });
});

describe('readScenarioFiles', () => {
  it('rejects two files of one name, at the position of the second', () => {
    const [a, b] = [file('a.yaml', SCENARIO), file('b.yaml', `# again\n${SCENARIO}`)];
    const error = errorOf(() => readScenarioFiles([a, b]));
    expect(error).toMatchObject({ code: 'invalid_file' });
    expect(error).toMatchObject({ message: `${b}:2:11: scenario: ${a} has the name "calls", too` });
    expect(String(errorOf(() => readScenarioFiles([a, a])))).toContain('the file is given twice');
  });

  it('lists the problems of all files at once', () => {
    const paths = [
      file('a.yaml', SCENARIO.replace('10s', '10')),
      join(dir, 'none.yaml'),
      file('b.yaml', SCENARIO.replace('rooms: 4', 'rooms: 0')),
    ];
    const text = String(errorOf(() => readScenarioFiles(paths)));
    expect(text).toContain(
      'a.yaml:3:58: groups.calls.duration: a duration needs a unit; write 10s',
    );
    expect(text).toContain('none.yaml: file not found');
    expect(text).toContain(
      'b.yaml:3:45: groups.calls.rooms: must be a whole number from 1 to 100000',
    );
  });
});
