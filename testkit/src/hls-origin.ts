/** A live HLS stream of ffmpeg, served by nginx: of a tone, or of audio that a test has. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '@livekit-swarm/host';

/** Duration of a segment, s. */
const SEGMENT_SECONDS = 2;
/** Segments that the playlist lists. */
const LISTED = 8;
/** Time between two looks at the playlist that ffmpeg writes, ms. */
const PUBLISH_MS = 20;
/** Time until a player can start, with some for a busy host, ms. */
const START_MS = 45_000;
/** Time for a program to end, ms. */
const END_MS = 5_000;

/** A request that nginx has answered, whole. */
interface Served {
  atMs: number;
  path: string;
  status: number;
}

export interface HlsOrigin extends AsyncDisposable {
  url(path: string): string;
  /** File of a segment. */
  segment(number: number): string;
  /** When each segment was first listed, ms since 1970. */
  readonly listedAt: ReadonlyMap<number, number>;
  /** Time of the encoder at which each segment begins that a playlist has listed, ms since 1970. */
  readonly beginnings: ReadonlyMap<number, number>;
  /** Duration of each segment that a playlist has listed, by its number, ms. */
  readonly durations: ReadonlyMap<number, number>;
  /** Stops the encoder, as a host that hangs does. */
  stopEncoder(): void;
  continueEncoder(): void;
  /** While false, playlists of ffmpeg are not published; segments are. */
  publishes: boolean;
  /** Times at which a playlist was published, ms since 1970. */
  readonly published: readonly number[];
  served(): Served[];
}

/**
 * Starts ffmpeg and nginx, and waits until a player can start. The stream is at `/live.m3u8` with
 * segments `/0.ts`, `/1.ts`, …; below `/one/` it is the same, for a listener whose requests are to
 * be found in the log.
 * @param folder an empty folder
 * @param locations further locations of nginx: missing segments, redirects
 * @param pcm live audio that is encoded: 48 kHz, stereo, 16 bits; without it, a tone
 */
export const startHlsOrigin = async (
  folder: string,
  locations = '',
  pcm?: Readable,
): Promise<HlsOrigin> => {
  const [encoded, www] = [join(folder, 'encoded'), join(folder, 'www')];
  for (const one of [encoded, www]) mkdirSync(one);
  // nginx reads files under another account.
  for (const one of [folder, www]) chmodSync(one, 0o755);
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const nginx = spawnProgram('nginx', ['-c', nginxConf(folder, www, port, locations)]);
  const ffmpeg = spawnProgram('ffmpeg', ffmpegFlags(encoded, www, pcm !== undefined));
  // It may end before its audio does.
  ffmpeg.stdin?.on('error', () => {});
  if (ffmpeg.stdin !== null) pcm?.pipe(ffmpeg.stdin);
  const published: number[] = [];
  let lastText = '';
  const durations = new Map<number, number>();
  const beginnings = new Map<number, number>();
  const listedAt = new Map<number, number>();
  const origin: HlsOrigin = {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    segment: (number) => join(www, `${number}.ts`),
    ...{ durations, beginnings, listedAt },
    stopEncoder: () => void ffmpeg.kill('SIGSTOP'),
    continueEncoder: () => void ffmpeg.kill('SIGCONT'),
    publishes: true,
    published,
    served: () => readLog(join(folder, 'access.log')),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      for (const child of [ffmpeg, nginx]) await end(child);
    },
  };
  const timer = setInterval(() => {
    const text = readIfThere(join(encoded, 'live.m3u8'));
    if (!origin.publishes || text === lastText) return;
    lastText = text;
    for (const [number, ms] of durationsIn(text)) durations.set(number, ms);
    for (const [number, ms] of beginningsIn(text)) beginnings.set(number, ms);
    writeFileSync(join(www, 'next'), text);
    renameSync(join(www, 'next'), join(www, 'live.m3u8'));
    const atMs = statSync(join(www, 'live.m3u8')).mtimeMs;
    published.push(atMs);
    for (const [number] of durationsIn(text)) if (!listedAt.has(number)) listedAt.set(number, atMs);
  }, PUBLISH_MS);
  const untilMs = Date.now() + START_MS;
  while (durations.size < 3) {
    if (Date.now() > untilMs) {
      await origin[Symbol.asyncDispose]();
      throw new Error(`ffmpeg listed ${durations.size} segments in ${START_MS / 1_000} s`);
    }
    for (const [name, child] of Object.entries({ nginx, ffmpeg })) {
      if (isRunning(child)) continue;
      await origin[Symbol.asyncDispose]();
      throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}`);
    }
    await sleep(50);
  }
  return origin;
};

const spawnProgram = (name: string, flags: readonly string[]): ChildProcess =>
  spawn(name, flags, { stdio: ['pipe', 'ignore', 'ignore'] });

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

/** Not by SIGKILL, as long as it ends: nginx would leave its worker process behind. */
const end = async (child: ChildProcess): Promise<void> => {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  // A stopped encoder ends when it continues.
  child.kill('SIGCONT');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
};

const TONE = [
  ...['-nostdin', '-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
  ...['-c:a', 'aac', '-b:a', '64k'],
];
/** Stereo as a radio sends it. */
const PCM = [
  ...['-probesize', '32', '-analyzeduration', '0', '-f', 's16le', '-ar', '48000', '-ac', '2'],
  ...['-i', 'pipe:0', '-c:a', 'aac', '-b:a', '192k'],
];

const ffmpegFlags = (encoded: string, www: string, isPcm: boolean): string[] => [
  ...['-loglevel', 'error', ...(isPcm ? PCM : TONE)],
  ...['-f', 'hls', '-hls_time', String(SEGMENT_SECONDS), '-hls_list_size', String(LISTED)],
  ...['-hls_flags', 'program_date_time+omit_endlist+temp_file'],
  ...['-hls_segment_filename', join(www, '%d.ts'), join(encoded, 'live.m3u8')],
];

const nginxConf = (folder: string, www: string, port: number, locations: string): string => {
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
worker_rlimit_nofile 20000;
events { worker_connections 10000; }
http { ${temporary.join(' ')} log_format timed '$msec $uri $status'; access_log ${folder}/access.log timed;
keepalive_requests 100000; types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
server { listen 127.0.0.1:${port} backlog=4096; root ${www};
location /one/ { alias ${www}/; } ${locations} } }
`,
  );
  return file;
};

/** Text of a file that ffmpeg replaces while it is read; empty: it is not there. */
const readIfThere = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const durationsIn = (playlist: string): [number: number, ms: number][] =>
  [...playlist.matchAll(/#EXTINF:([\d.]+),\n(?:#.*\n)*(\d+)\.ts/g)].map(([, seconds, number]) => [
    Number(number),
    Number(seconds) * 1_000,
  ]);

/** Each segment has its EXT-X-PROGRAM-DATE-TIME, with a zone as +0000. */
const beginningsIn = (playlist: string): [number: number, ms: number][] =>
  [...playlist.matchAll(/#EXT-X-PROGRAM-DATE-TIME:(\S+)\n(?:#.*\n)*(\d+)\.ts/g)].map(
    ([, time, number]) => [Number(number), Date.parse(time ?? '')],
  );

const readLog = (file: string): Served[] =>
  readIfThere(file)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [seconds = '', path = '', status = ''] = line.split(' ');
      return { atMs: Number(seconds) * 1_000, path, status: Number(status) };
    });
