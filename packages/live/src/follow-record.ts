import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseRecordLine, type RecordLine } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';

export interface Followed {
  lines: RecordLine[];
  /** Time since the last line was added to the file, ms; 0 for an entry with lines. */
  idleMs: number;
}

const POLL_MS = 250;
const CHUNK_BYTES = 1_024 * 1_024;

/**
 * Reads a record and the lines added to it, until its end line, or until the signal is aborted.
 * When a check of the file finds nothing new, it yields an entry without lines.
 * @param file path of the record.ndjson itself
 * @throws SwarmError `bad_record`
 */
export async function* followRecord(file: string, signal: AbortSignal): AsyncGenerator<Followed> {
  const handle = await open(file, 'r');
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let offset = 0;
  let rest = '';
  let number = 0;
  let grownAt = performance.now();
  try {
    while (!signal.aborted) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) {
        if ((await handle.stat()).size < offset)
          throw new SwarmError(
            'bad_record',
            `${file} has become shorter: it is being written again`,
            'start once more',
          );
        yield { lines: [], idleMs: performance.now() - grownAt };
        await sleep(POLL_MS, undefined, { signal }).catch(() => {});
        continue;
      }
      offset += bytesRead;
      grownAt = performance.now();
      const texts = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: true })).split(
        '\n',
      );
      // The last line may be incomplete.
      rest = texts.pop() ?? '';
      const lines = texts.flatMap((text) => {
        number++;
        return text.trim() === '' ? [] : (parseRecordLine(text, number) ?? []);
      });
      yield { lines, idleMs: 0 };
      if (lines.some(({ type }) => type === 'end')) return;
    }
  } finally {
    await handle.close();
  }
}
