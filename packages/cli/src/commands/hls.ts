import {
  type AudienceCounts,
  checkStream,
  type HlsProblem,
  hlsThresholds,
  judgeAudience,
  openFetcher,
  problemText,
  runAudience,
  type StreamFacts,
} from '@livekit-swarm/hls';
import { watchInterruption } from '@livekit-swarm/host';
import { systemClock } from '@livekit-swarm/livekit';
import { HLS_REPORTERS, type HlsResult } from '@livekit-swarm/report/hls';
import {
  bitRate,
  type ErrorCode,
  EXIT_CODES,
  type ExitCode,
  formatNumber,
  parseDuration,
  SwarmError,
  usageError,
} from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { type HlsTarget, type HlsTargetFlags, readHlsTarget } from '../requests/hls-target.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface HlsFlags extends HlsTargetFlags, ResultOutputFlags {
  listeners: string;
  duration: string;
  ramp?: string;
  bandwidth?: string;
  threshold: string[];
}

/** More listeners than one process can have, by far. */
const MOST_LISTENERS = 20_000;
const SHORTEST_MS = 1_000;
/** Time between two listeners that begin, unless --ramp is given, ms. */
const RAMP_STEP_MS = 20;

/**
 * `swarm hls`: listeners of a live stream, and what they observe.
 * @throws SwarmError `usage`; `unreachable` or `tls` when the stream cannot be followed
 */
export const hlsCommand = async (
  address: string,
  flags: HlsFlags,
  console: Console,
): Promise<ExitCode> => {
  const { stderr, env } = console;
  const output = openResultOutput(HLS_REPORTERS, flags, console);
  const listeners = wholeNumber('--listeners', 1, MOST_LISTENERS)(flags.listeners);
  const durationMs = readDuration('--duration', flags.duration);
  const rampMs =
    flags.ramp === undefined
      ? Math.min(listeners * RAMP_STEP_MS, durationMs / 2)
      : parseDuration(flags.ramp);
  if (rampMs >= durationMs)
    throw usageError(`--ramp ${flags.ramp}: must be shorter than --duration ${flags.duration}`);
  const mostBitsPerSecond = readBandwidth(flags.bandwidth);
  const thresholds = hlsThresholds(flags.threshold);
  const target = readHlsTarget(address, flags, env);
  const interruption = watchInterruption();
  try {
    const stream = await openOnce(target, mostBitsPerSecond, interruption.stop);
    if (stream === null) return EXIT_CODES.interrupted.code;
    const audience = await runAudience({
      ...{ url: target.url, mayLoad: target.mayLoad, mostBitsPerSecond },
      ...{ listeners, rampMs, durationMs, openFetcher, clock: systemClock },
      signal: interruption.stop,
      onProgress: (counts) => {
        if (flags.quiet !== true) void stderr.write(progressText(counts));
      },
    });
    const judgement = judgeAudience(audience, thresholds);
    const exitCode = interruption.stop.aborted
      ? EXIT_CODES.interrupted.code
      : EXIT_CODES[judgement.verdict].code;
    const { url } = target;
    const result: HlsResult = {
      ...{ url: `${url.origin}${url.pathname}`, listeners, stream, audience, judgement, exitCode },
    };
    return exitCodeAfter(await output.show(result), exitCode);
  } finally {
    interruption.dispose();
  }
};

/**
 * Opens the stream before a load, so that an address that is wrong is one error.
 * @returns null: interrupted
 */
const openOnce = async (
  { url, mayLoad }: HlsTarget,
  mostBitsPerSecond: number | null,
  signal: AbortSignal,
): Promise<StreamFacts | null> => {
  const fetcher = openFetcher();
  const request = { url, mayLoad, mostBitsPerSecond, fetcher, clock: systemClock, signal };
  try {
    const opened = await checkStream(request);
    if ('code' in opened) throw errorOfProblem(opened);
    return opened;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    await fetcher.close();
  }
};

const errorOfProblem = (problem: HlsProblem): SwarmError =>
  new SwarmError(codeOf(problem), problemText(problem), hintOf(problem));

const codeOf = ({ code }: HlsProblem): ErrorCode => {
  switch (code) {
    case 'tls':
      return 'tls';
    case 'bad_url':
    case 'other_host':
    case 'not_live':
      return 'usage';
    default:
      return 'unreachable';
  }
};

const hintOf = ({ code, detail, status }: HlsProblem): string | null => {
  switch (code) {
    case 'other_host':
      return `if you may load it, name it and the host of the URL: --allow-host ${detail?.replace(/:\d+$/, '')}`;
    case 'not_live':
      return 'give the playlist of a live stream';
    case 'tls':
      return 'check the certificate, or give its authority: --ca FILE';
    case 'http_status':
      return status === 404
        ? 'check the path; a live playlist appears with the first segments'
        : 'check the origin, and whether the address needs a token';
    case 'not_playlist':
      return 'give the address of an .m3u8 playlist, not of a page or a stream of Icecast';
    case 'no_segments':
      return 'wait until the encoder has written its first segments';
    case 'dns':
    case 'unreachable':
    case 'timeout':
    case 'connection_lost':
      return 'check host and port, and that the origin runs';
    default:
      return null;
  }
};

const progressText = ({ listeners, playing, failed, segments }: AudienceCounts): string =>
  `${formatNumber(listeners)} listeners: ${formatNumber(playing)} play, ${formatNumber(failed)} failed; ${formatNumber(segments)} segments\n`;

const readDuration = (flag: string, text: string): number => {
  const ms = parseDuration(text);
  if (ms >= SHORTEST_MS) return ms;
  throw usageError(`${flag} ${text}: must be at least 1s`);
};

const readBandwidth = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  const { data } = bitRate().safeParse(text);
  if (data !== undefined && data > 0) return data;
  throw usageError(`--bandwidth ${text}: is not a bit rate`, 'write 800kbit/s or 3Mbit/s');
};
