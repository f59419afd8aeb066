import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasErrorCode } from '@livekit-swarm/settings';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbitraryOf } from '../test/support/arbitrary-of.ts';
import { LINE_SCHEMAS, type RecordLine } from './record.ts';
import { readRecordLines, recordLines } from './record-reader.ts';
import { openRecord } from './record-writer.ts';

/** Fixed seed, so that a failure is caused by the change under test. */
const SEED = 20_261;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-record-fuzz-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const run = recordOf(specOf({ rooms: 1, participants: 2, durationMs: 2_000 }));
const [header] = run;
if (header === undefined) throw new Error('the record has no header');

/** Any line that its schema accepts. */
const lines = fc.oneof(
  ...Object.values(LINE_SCHEMAS).map((schema) => arbitraryOf(schema) as fc.Arbitrary<RecordLine>),
);

const written = (some: readonly RecordLine[]): string => {
  const folder = mkdtempSync(join(dir, 'run-'));
  const record = openRecord(folder);
  for (const line of some) record.write(line);
  record.close();
  return folder;
};

interface Reading {
  lines: RecordLine[];
  /** Message of the error that ended the reading; null: none. */
  error: string | null;
}

/** Reads a record up to the first error, which must be SwarmError `bad_record`. */
const readAll = async (
  from: AsyncIterable<RecordLine> | Iterable<RecordLine>,
): Promise<Reading> => {
  const read: RecordLine[] = [];
  try {
    for await (const line of from) read.push(line);
  } catch (error) {
    if (!hasErrorCode(error, 'bad_record')) throw error;
    return { lines: read, error: error.message };
  }
  return { lines: read, error: null };
};

describe('a record', () => {
  it('is read as it was written, whatever its lines contain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { maxLength: 8 }), async (some) => {
        const all = [header, ...some];
        expect(await readAll(recordLines(written(all)))).toEqual({ lines: all, error: null });
      }),
      { numRuns: 80, seed: SEED },
    );
  });

  it('that is truncated anywhere has every line before its end', async () => {
    const bytes = readFileSync(join(written(run), 'record.ndjson'));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length }), async (length) => {
        const text = bytes.subarray(0, length).toString();
        const whole = text.split('\n').length - 1;
        const { lines: read, error } = await readAll(readRecordLines(text.split('\n')));
        expect(read).toEqual(run.slice(0, Math.max(whole, read.length)));
        expect(read.length - whole).toBeLessThanOrEqual(1);
        // A record without a header cannot be read.
        if (whole > 0) expect(error).toBeNull();
      }),
      { numRuns: 80, seed: SEED },
    );
  });

  it('that is damaged has every line before the damage, and the error names the damaged one', async () => {
    const bytes = readFileSync(join(written(run), 'record.ndjson'));
    const damage = fc.record({
      at: fc.nat({ max: bytes.length - 1 }),
      put: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\0', '{}\n', 'null\n', '{"type":"__proto__"}\n').map(Buffer.from),
      ),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, put }) => {
        const damaged = Buffer.from(bytes);
        damaged.set(put.subarray(0, bytes.length - at), at);
        const intact = bytes.subarray(0, at).toString().split('\n').length - 1;
        const texts = damaged.toString().split('\n');
        let noted = 0;
        const { lines: read, error } = await readAll(
          readRecordLines(texts, (note) => {
            noted += note.code === 'unknown_lines' ? note.count : 1;
          }),
        );
        expect(read.slice(0, intact)).toEqual(run.slice(0, intact));
        // Lines that are neither read nor refused are reported.
        if (error === null)
          expect(read.length + noted).toBe(texts.filter((text) => text.trim() !== '').length);
        if (error !== null && intact > 0) {
          const line = Number(/line (\d+)/.exec(error)?.[1]);
          expect(line).toBeGreaterThan(intact);
          expect(line).toBeLessThanOrEqual(run.length + put.length);
        }
      }),
      { numRuns: 150, seed: SEED },
    );
  });

  it('of any text is read or refused, and never changes the prototype of objects', async () => {
    const keys = fc.constantFrom('type', 'event', '__proto__', 'constructor', 'at', 'labels');
    const json = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .array(
          fc.tuple(keys, fc.oneof(fc.constantFrom('sample', 'drill', 'event'), fc.jsonValue())),
        )
        .map((pairs) => `{${pairs.map(([key, value]) => `"${key}":${JSON.stringify(value)}`)}}`),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(json, { maxLength: 5 }), async (texts) => {
        const { lines: read } = await readAll(readRecordLines([JSON.stringify(header), ...texts]));
        expect(read[0]?.type).toBe('header');
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 80, seed: SEED },
    );
  });
});
