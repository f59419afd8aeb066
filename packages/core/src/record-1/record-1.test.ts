import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aggregate } from '../aggregation.ts';
import { resolveThresholds } from '../default-thresholds.ts';
import { foldRecord } from '../fold-record.ts';
import { readRecordLines } from '../record-lines.ts';
import { judge } from '../verdict.ts';

/** Written by the last version that wrote records so: three rooms of two, audio, a few seconds. */
const lines = readFileSync(new URL('fixtures/three-rooms.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

const damaged = (change: (header: Record<string, unknown>) => void): string[] => {
  const header = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  change(header);
  return [JSON.stringify(header), ...lines.slice(1)];
};

describe('a record of the first version', () => {
  it('is summed up and judged as it was then', async () => {
    const summary = await foldRecord(lines);
    expect(summary.joins).toMatchObject({ planned: 6, joined: 6, failed: 0, unaccounted: 0 });
    expect(summary.tracks).toMatchObject({ expected: 6, missing: 0, stalled: 0 });
    expect(judge(summary, resolveThresholds(summary.scenario, summary.thresholds)).verdict).toBe('passed');
    expect(aggregate(summary.metrics.measure('packet_loss', { role: 'publisher', group: 'crowd' }), { type: 'rate' })).toBe(0);
  });

  it('has the windows that it would have today', async () => {
    const { plan } = await foldRecord(lines);
    expect(plan.windows.map(({ name }) => name)).toEqual(['joining', 'steady']);
    expect(plan.participants).toBe(6);
  });

  it('says when everybody was due', async () => {
    const due: number[] = [];
    for await (const line of readRecordLines(lines)) if (line.type === 'participant') due.push(line.joinAtMs);
    expect(due.sort((a, b) => a - b)).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it('is still read when it breaks off', async () => {
    const summary = await foldRecord([...lines.slice(0, 20), (lines[20] ?? '').slice(0, 30)]);
    expect(summary.notes.join(' ')).toContain('was cut off');
  });

  it('is refused with the field when its header is damaged', async () => {
    await expect(foldRecord(damaged((header) => delete header.spec))).rejects.toThrow('the header of the record, field spec');
    await expect(foldRecord(damaged((header) => (header.spec = { rooms: 'many' })))).rejects.toThrow(
      'the header of the record, field spec.rooms',
    );
  });
});
