import { watchInterruption } from '@livekit-swarm/host';
import {
  awaitSources,
  chooseSources,
  EGRESS_KINDS,
  type EgressKind,
  type EgressRun,
  expectMediaTools,
  liveKitEgress,
  recordRooms,
  storageOf,
} from '@livekit-swarm/recordings';
import { RECORDINGS_REPORTERS, resultOfRecordings } from '@livekit-swarm/report/recordings';
import { type ExitCode, interruptedError, share, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import type { TargetFlags } from '../flags/deployment.ts';
import type { GuardFlags } from '../flags/guard.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { throwRejection } from '../requests/api-rejection.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readTime } from '../requests/read-time.ts';
import { type RecordingLimitFlags, readRecordingLimits } from '../requests/recording-limits.ts';
import { readPlace, readS3Endpoint, type StorageFlags } from '../requests/recording-storage.ts';
import { readDeployment } from '../requests/target.ts';

export interface RecordingsRunFlags
  extends Omit<TargetFlags, 'embedded' | 'server'>,
    GuardFlags,
    RecordingLimitFlags,
    StorageFlags,
    ResultOutputFlags {
  roomPrefix: string;
  share: string;
  egress: string;
  roomsWithin: string;
  for: string;
  startWithin: string;
  finishWithin: string;
  folder: string;
  files?: string;
}

const DAY_MS = 86_400_000;
/** Begin of the names of rooms of a load, unless its user has chosen another one. */
const OWN_ROOMS = 'swarm-';

/**
 * `swarm recordings run`: records rooms of a load, and judges egress and its files.
 * @throws SwarmError `usage`, `unreachable`, `no_program`, `interrupted`
 */
export const recordingsRunCommand = async (
  flags: RecordingsRunFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const output = openResultOutput(RECORDINGS_REPORTERS, flags, console);
  const { roomPrefix } = flags;
  const s3Endpoint = readS3Endpoint(flags);
  const storage =
    flags.files === undefined
      ? null
      : await storageOf({ place: readPlace(flags.files), s3Endpoint });
  if (roomPrefix === '')
    throw usageError('--room-prefix: is empty', 'give the prefix of the rooms of your load');
  if (!roomPrefix.startsWith(OWN_ROOMS) && flags.withOtherUsers !== true)
    throw usageError(
      `--room-prefix ${roomPrefix}: users may be in these rooms, and would be recorded`,
      `if these are rooms of a load, add --with-other-users; loads of swarm have ${OWN_ROOMS}`,
    );
  // A file of an earlier run in the same room would stand for one that is missing.
  const own = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const source = {
    ...{ roomPrefix, kinds: readKinds(flags.egress), folder: `${readFolder(flags.folder)}${own}/` },
    share: readShare(flags.share),
  };
  const roomsWithinMs = readTime('--rooms-within', flags.roomsWithin, 0, DAY_MS);
  const options = {
    forMs: readTime('--for', flags.for, 1_000, DAY_MS),
    startWithinMs: readTime('--start-within', flags.startWithin, 1_000, DAY_MS),
    finishWithinMs: readTime('--finish-within', flags.finishWithin, 1_000, DAY_MS),
    limits: readRecordingLimits(flags),
    storage,
  };
  const target = readDeployment(flags, typed);
  const guard = readLoadGuard(flags, (flag) => flag === 'url' && typed(flag), console.env, {
    kind: 'run',
    target,
  });
  guard.assertServer(target.url);
  const progress = async (text: string): Promise<void> => {
    if (flags.quiet !== true) await write(console.stderr, `${text}\n`);
  };
  const interruption = watchInterruption();
  const { stop, kill } = interruption;
  try {
    // Otherwise they would be missing when everything is recorded.
    if (storage !== null) {
      await expectMediaTools(stop);
      await storage.expectAccess(stop);
    }
    const choose = () => chooseSources(target, source).catch(throwRejection);
    const sources = await awaitSources(choose, roomsWithinMs, stop);
    if (stop.aborted) throw interruptedError('nothing was recorded');
    if (sources.length === 0)
      throw usageError(
        `no room whose name begins with ${roomPrefix} has published media`,
        'start a load, wait for it (--rooms-within 30s), or give its prefix: --room-prefix NAME',
      );
    await progress(`${sources.length} recordings of ${flags.for}`);
    const startedAtMs = Date.now();
    const recordings = await recordRooms(await liveKitEgress(target), sources, {
      ...{ ...options, stop, kill },
      onEnd: (run) => void progress(endText(run)),
    });
    // A recording that was stopped early shows nothing about egress.
    if (stop.aborted) throw interruptedError('the recordings were stopped early');
    const result = resultOfRecordings(startedAtMs, recordings);
    return exitCodeAfter(await output.show(result), result.exitCode);
  } catch (error) {
    if (stop.aborted) throw interruptedError('the recordings were stopped early');
    throw error;
  } finally {
    interruption.dispose();
  }
};

const endText = ({ source: { room, kind }, state, error }: EgressRun): string =>
  `${room}, ${kind}: ${state ?? 'refused'}${error === null ? '' : ` (${error})`}`;

const readKinds = (text: string): EgressKind[] =>
  text.split(',').map((part) => {
    const kind = EGRESS_KINDS.find((one) => one === part.trim());
    if (kind !== undefined) return kind;
    throw usageError(`--egress ${part}: not a kind of egress`, `write ${EGRESS_KINDS.join(', ')}`);
  });

const readShare = (text: string): number => {
  const { data } = share().safeParse(text);
  if (data !== undefined && data > 0) return data;
  throw usageError(`--share ${text}: is not a share of rooms`, 'write --share 5%');
};

const readFolder = (text: string): string =>
  text === '' || text.endsWith('/') ? text : `${text}/`;
