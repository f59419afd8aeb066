import { parseRecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { RUN, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { foldRecord } from './fold-record.ts';

const lines = recordOf(specOf({ rooms: 2 })).map((line) => JSON.stringify(line));
const [header = ''] = lines;

describe('foldRecord', () => {
  it('sums up a record from its lines', async () => {
    const summary = await foldRecord(lines);
    expect(summary).toMatchObject({
      run: RUN,
      joins: { joined: 4 },
      end: { reason: 'finished' },
      notes: [],
    });
  });

  it('leaves out a truncated last line, and notes it', async () => {
    const summary = await foldRecord([...lines.slice(0, -1), '{"type":"end","at":30', '']);
    expect(summary.end).toBeNull();
    expect(summary.notes).toEqual([
      { code: 'last_line_truncated', line: lines.length },
      { code: 'record_truncated' },
    ]);
  });

  it('refuses damage in the middle, naming the line', async () => {
    const damaged = lines.with(4, '{"type":"sam');
    await expect(foldRecord(damaged)).rejects.toThrow('line 5 of the record is not JSON');
  });

  it('leaves out lines of unknown types, and notes it', async () => {
    const summary = await foldRecord([
      ...lines.slice(0, -1),
      '{"type":"fault","at":1}',
      ...lines.slice(-1),
    ]);
    expect(summary.notes).toEqual([{ code: 'unknown_lines', count: 1 }]);
  });

  it('refuses a record without lines', async () => {
    await expect(foldRecord([])).rejects.toThrow('the record is empty');
  });
});

describe('parseRecordLine', () => {
  it('reads every line that a run writes', () => {
    const parsed = lines.map((line, index) => parseRecordLine(line, index + 1));
    expect(parsed).toEqual(lines.map((line): unknown => JSON.parse(line)));
  });

  it.each([
    ['# notes', 1, 'this is not a run record: its first line is not JSON'],
    ['{"type":"sample"}', 1, 'this is not a run record: its first line is no header'],
    ['[1]', 1, 'line 1 of the record is no object'],
    ['{"type":"header"}', 1, 'this is not a run record: its schema is missing'],
    ['{"type":"header","schema":"k6/1"}', 1, 'this is not a run record: its schema is "k6/1"'],
    [
      header.replace('record/1', 'record/7'),
      1,
      'written by a newer version of swarm: livekit-swarm/record/7',
    ],
    [
      header.replace('"participants":4', '"participants":"4"'),
      1,
      'the header of the record, field plan.participants',
    ],
    [header, 2, 'line 2 of the record is a second header'],
    ['{"at":1}', 9, 'line 9 of the record has no type'],
    ['{"type":"sample","at":1,"shard":0}', 9, 'line 9 of the record, field intervalMs'],
    [
      '{"type":"participant","at":1,"shard":0,"identity":"x"}',
      9,
      'line 9 of the record, field group',
    ],
  ])('refuses %s as line %i', (text, number, message) => {
    expect(() => parseRecordLine(text, number)).toThrow(
      expect.objectContaining({ code: 'bad_record', message: expect.stringContaining(message) }),
    );
  });
});
