import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { parseRecordLine } from './parse-record-line.ts';

const lines = recordOf(specOf({ rooms: 2 })).map((line) => JSON.stringify(line));
const [header = ''] = lines;

describe('parseRecordLine', () => {
  it('reads every line that a run writes', () => {
    const parsed = lines.map((line, index) => parseRecordLine(line, index + 1));
    expect(parsed).toEqual(lines.map((line): unknown => JSON.parse(line)));
  });

  it.each([
    '{"type":"fault","at":1}',
    '{"type":"event","at":1,"event":"teleported"}',
    '{"type":"drill","at":1,"event":"node_teleported","node":"a"}',
  ])('ignores lines of a later version: %s', (text) => {
    expect(parseRecordLine(text, 9)).toBeNull();
  });

  it.each([
    ['# notes', 1, 'this is not a run record: its first line is not JSON'],
    ['{"type":"sample"}', 1, 'this is not a run record: its first line is not a header'],
    ['[1]', 1, 'line 1 of the record is not an object'],
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
  ])('rejects %s as line %i', (text, number, message) => {
    expect(() => parseRecordLine(text, number)).toThrow(
      expect.objectContaining({ code: 'bad_record', message: expect.stringContaining(message) }),
    );
  });
});
