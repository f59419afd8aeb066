import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followRecord } from './follow-record.ts';

const LINES = recordOf(specOf({ rooms: 1, participants: 2, durationMs: 3_000 }));
const textOf = (lines: readonly RecordLine[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-follow-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('a record that is being written', () => {
  it('is read as it grows, even if a line is cut within a letter, and ends with its end line', async () => {
    const file = join(dir, 'record.ndjson');
    const bytes = Buffer.from(textOf(LINES).replace('swarm-k3x9-1', 'zoë-k3x9-1'));
    const cut = bytes.indexOf('ë') + 1;
    await writeFile(file, bytes.subarray(0, cut));
    const seen: RecordLine[] = [];
    let appended = false;
    for await (const { lines, idleMs } of followRecord(file, new AbortController().signal)) {
      seen.push(...lines);
      if (lines.length === 0) expect(idleMs).toBeGreaterThanOrEqual(0);
      if (appended || lines.length > 0) continue;
      appended = true;
      await appendFile(file, bytes.subarray(cut));
    }
    expect(seen).toHaveLength(LINES.length);
    expect(JSON.stringify(seen)).toContain('zoë-k3x9-1');
    expect(seen.at(-1)?.type).toBe('end');
  });

  it('is no longer read when the signal is aborted', async () => {
    const file = join(dir, 'record.ndjson');
    await writeFile(file, textOf(LINES.slice(0, 2)));
    const stop = new AbortController();
    let count = 0;
    for await (const { lines } of followRecord(file, stop.signal)) {
      count += lines.length;
      if (lines.length === 0) stop.abort();
    }
    expect(count).toBe(2);
  });

  it('is an error if it becomes shorter', async () => {
    const file = join(dir, 'record.ndjson');
    await writeFile(file, textOf(LINES.slice(0, 3)));
    const follow = async (): Promise<void> => {
      for await (const { lines } of followRecord(file, new AbortController().signal))
        if (lines.length > 0) await truncate(file, 10);
    };
    await expect(follow()).rejects.toMatchObject({ code: 'bad_record' });
  });
});
