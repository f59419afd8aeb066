import { specOf } from '@livekit-swarm/testkit/load-spec';
import { RUN, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { foldRecord } from './summarize.ts';

const lines = recordOf(specOf({ rooms: 2 })).map((line) => JSON.stringify(line));

describe('foldRecord', () => {
  it('summarises a record from its lines', async () => {
    const summary = await foldRecord(lines);
    expect(summary).toMatchObject({
      run: RUN,
      joins: { joined: 4 },
      end: { reason: 'completed' },
      notes: [],
    });
  });

  it('omits a truncated last line, and notes it', async () => {
    const summary = await foldRecord([...lines.slice(0, -1), '{"type":"end","at":30', '']);
    expect(summary.end).toBeNull();
    expect(summary.notes).toEqual([
      { code: 'last_line_truncated', line: lines.length },
      { code: 'record_truncated' },
    ]);
  });

  it('rejects damage in the middle, with the number of the line', async () => {
    const damaged = lines.with(4, '{"type":"sam');
    await expect(foldRecord(damaged)).rejects.toThrow('line 5 of the record is not JSON');
  });

  it('omits lines of unknown types and notes their number', async () => {
    const summary = await foldRecord([
      ...lines.slice(0, -1),
      '{"type":"fault","at":1}',
      ...lines.slice(-1),
    ]);
    expect(summary.notes).toEqual([{ code: 'unknown_lines', count: 1 }]);
  });

  it('rejects a record without lines', async () => {
    await expect(foldRecord([])).rejects.toThrow('the record is empty');
  });
});
