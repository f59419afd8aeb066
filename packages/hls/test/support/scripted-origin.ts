import type { Answer, Fetcher } from '../../src/http/fetcher.ts';
import type { ScriptedClock } from './scripted-clock.ts';

/** Time from a request to its answer, ms. */
export const LATENCY_MS = 20;

export interface Script {
  targetSeconds: number;
  /** Media sequence numbers whose segments answer 404. */
  missing?: readonly number[];
  /** Media sequence numbers with EXT-X-GAP. */
  absent?: readonly number[];
  /** Times during which no segment is finished, s after the start. */
  encoderStops?: readonly [fromSeconds: number, toSeconds: number];
  /** Times during which the playlist is not written, s after the start. */
  playlistStops?: readonly [fromSeconds: number, toSeconds: number];
  /** Segments that a playlist lists. */
  listed?: number;
  withDates?: boolean;
  /** Answers instead of those of the origin. */
  replace?: (path: string, seconds: number) => Partial<Answer> | Error | null;
}

/**
 * A live origin as a function of time: segment n is finished (n + 1) target durations after the
 * start. `/live.m3u8` is a media playlist, `/main.m3u8` has two variants of it.
 */
export const scriptedOrigin = (clock: ScriptedClock, script: Script): Fetcher => {
  const startedMs = clock.now();
  const { targetSeconds, listed = 6, missing = [] } = script;
  const secondsAt = (): number => (clock.now() - startedMs) / 1_000;
  const writtenAt = (): number => {
    const [from, to] = script.playlistStops ?? [0, 0];
    const seconds = secondsAt();
    return seconds >= from && seconds < to ? from : seconds;
  };
  const endAt = (seconds: number): number => {
    const [from, to] = script.encoderStops ?? [0, 0];
    const stoppedFor = Math.min(Math.max(0, seconds - from), to - from);
    return Math.floor((seconds - stoppedFor) / targetSeconds + 1e-9);
  };
  const playlist = (): string => {
    const end = endAt(writtenAt());
    const first = Math.max(0, end - listed);
    return [
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      `#EXT-X-TARGETDURATION:${targetSeconds}`,
      `#EXT-X-MEDIA-SEQUENCE:${first}`,
      ...Array.from({ length: end - first }, (_, index) => segmentLines(first + index)).flat(),
      '',
    ].join('\n');
  };
  const segmentLines = (number: number): string[] => [
    ...(script.absent?.includes(number) ? ['#EXT-X-GAP'] : []),
    ...(script.withDates === false
      ? []
      : [
          `#EXT-X-PROGRAM-DATE-TIME:${new Date(startedMs + number * targetSeconds * 1_000).toISOString()}`,
        ]),
    `#EXTINF:${targetSeconds.toFixed(3)},`,
    `${number}.ts`,
  ];
  const answerTo = (path: string): Partial<Answer> => {
    if (path === '/live.m3u8') return { text: playlist() };
    if (path === '/main.m3u8') return { text: MULTIVARIANT };
    const number = Number(/^\/(\d+)\.ts$/.exec(path)?.[1] ?? Number.NaN);
    return Number.isNaN(number) || missing.includes(number) ? { status: 404 } : { bytes: 100_000 };
  };
  return {
    get: ({ pathname }, { signal }) =>
      new Promise((resolve, reject) => {
        const abort = (): void => {
          cancel();
          reject(signal.reason);
        };
        const cancel = clock.after(LATENCY_MS, () => {
          signal.removeEventListener('abort', abort);
          const answer = script.replace?.(pathname, secondsAt()) ?? answerTo(pathname);
          if (answer instanceof Error) reject(answer);
          else resolve({ ...EMPTY, ...answer });
        });
        signal.addEventListener('abort', abort, { once: true });
      }),
    close: async () => {},
  };
};

const EMPTY: Answer = {
  status: 200,
  location: null,
  dateMs: null,
  lastModifiedMs: null,
  bytes: 0,
  text: '',
};

const MULTIVARIANT = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS="avc1.640028,mp4a.40.2"
live.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.640028,mp4a.40.2"
low/live.m3u8
`;
