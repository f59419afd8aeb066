import { existsSync } from 'node:fs';
import { watchInterruption } from '@livekit-swarm/host';
import {
  type JudgedRecording,
  judgeRecording,
  judgeStored,
  storageOf,
  type TrackKind,
} from '@livekit-swarm/recordings';
import { RECORDINGS_REPORTERS, resultOfRecordings } from '@livekit-swarm/report/recordings';
import {
  type ExitCode,
  interruptedError,
  LONGEST_DURATION_MS,
  usageError,
} from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { readTime } from '../requests/read-time.ts';
import { type RecordingLimitFlags, readRecordingLimits } from '../requests/recording-limits.ts';
import { readObject, readS3Endpoint, type StorageFlags } from '../requests/recording-storage.ts';

export interface RecordingsCheckFlags extends RecordingLimitFlags, StorageFlags, ResultOutputFlags {
  published?: string;
  tracks?: string;
  codecs?: string;
}

/**
 * `swarm recordings check FILE…`: what is wrong with files that egress has written.
 * @throws SwarmError `usage`, `no_program`, `interrupted`
 */
export const recordingsCheckCommand = async (
  files: readonly string[],
  flags: RecordingsCheckFlags,
  console: Console,
): Promise<ExitCode> => {
  const output = openResultOutput(RECORDINGS_REPORTERS, flags, console);
  const limits = readRecordingLimits(flags);
  const { published, tracks, codecs } = flags;
  const expected = {
    publishedMs:
      published === undefined
        ? null
        : readTime('--published', published, 1_000, LONGEST_DURATION_MS),
    kinds: tracks === undefined ? null : listOf(tracks).map(readKind),
    codecs: codecs === undefined ? null : listOf(codecs),
  };
  const s3Endpoint = readS3Endpoint(flags);
  const given = files.map((file) => ({ file, object: readObject(file) }));
  assertSomeExist(given);
  const interruption = watchInterruption();
  const { stop } = interruption;
  const startedAtMs = Date.now();
  const recordings: JudgedRecording[] = [];
  try {
    for (const { file, object } of given) {
      if (flags.quiet !== true && files.length > 1) await write(console.stderr, `reads ${file}\n`);
      if (object === null) {
        recordings.push(await judgeRecording(file, expected, limits, stop));
        continue;
      }
      const storage = await storageOf({ place: object.place, s3Endpoint });
      const judged = await judgeStored(storage, object.key, expected, limits, stop);
      recordings.push({ ...judged, name: file });
    }
  } catch (error) {
    if (stop.aborted) throw interruptedError('the check was interrupted');
    throw error;
  } finally {
    interruption.dispose();
  }
  const result = resultOfRecordings(startedAtMs, recordings);
  return exitCodeAfter(await output.show(result), result.exitCode);
};

/**
 * Refuses a command line on which no file exists: its paths are wrong. Beside one that exists, a missing file is a defect.
 * @throws SwarmError `usage`
 */
const assertSomeExist = (
  given: readonly { file: string; object: ReturnType<typeof readObject> }[],
): void => {
  const [first] = given;
  if (first === undefined || given.some(({ file, object }) => object !== null || existsSync(file)))
    return;
  const message =
    given.length === 1
      ? `${first.file}: there is no such file`
      : `none of the ${given.length} files exists: ${first.file}, …`;
  throw usageError(
    message,
    'check the path: it is that on this host, not in the container of egress; for a bucket, write s3://BUCKET/KEY',
  );
};

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim());

const readKind = (text: string): TrackKind => {
  if (text === 'audio' || text === 'video') return text;
  throw usageError(`--tracks ${text}: not a kind of track`, 'write audio, video or audio,video');
};
