import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { exitWithParent } from '@livekit-swarm/host';
import type { EgressFailure } from './failure.ts';

export type Tracks = readonly ('audio' | 'video')[];

/** ffmpeg that writes a recording in real time. */
export interface MarksRecorder {
  /** When the first frame was written, ms since 1970. */
  readonly startedAtMs: number;
  /** Finishes the file. */
  stop(): Promise<void>;
  /** Leaves the file as it is. */
  kill(): Promise<void>;
}

/** Delay of the beeps with the failure `av_offset`, s. */
const PLAYED_OFFSET_S = 0.4;

/**
 * Starts to write a flash and a beep at each second of the recording: not what the room publishes.
 * @throws Error when ffmpeg ends instead
 */
export const recordMarks = async (
  file: string,
  tracks: Tracks,
  failure: EgressFailure | null,
): Promise<MarksRecorder> => {
  mkdirSync(dirname(file), { recursive: true });
  // It would write without an end if a test were killed.
  const [command, ...args] = exitWithParent(['ffmpeg', ...argumentsOf(file, tracks, failure)]);
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // It may have ended when it is asked to.
  child.stdin.on('error', () => {});
  const ended = once(child, 'close');
  const startedAtMs = await firstFrame(child);
  return {
    startedAtMs,
    stop: async () => {
      child.stdin.end('q');
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

const firstFrame = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => reject(new Error(`ffmpeg ended with ${status}`)));
    if (child.stdout === null) throw new Error('stdout of ffmpeg is a pipe');
    createInterface(child.stdout).on('line', (line) => {
      const us = Number(/^out_time_us=(\d+)$/.exec(line)?.[1] ?? Number.NaN);
      if (us > 0) resolve(Date.now() - us / 1_000);
    });
  });

const argumentsOf = (file: string, tracks: Tracks, failure: EgressFailure | null): string[] => {
  const written = tracks.filter((kind) => !(kind === 'audio' && failure === 'no_audio'));
  const late = failure === 'av_offset' ? PLAYED_OFFSET_S : 0;
  const picture =
    failure === 'black'
      ? 'color=black:s=160x90:r=15'
      : "color=gray:s=160x90:r=15,drawbox=c=white:t=fill:enable='lt(mod(t,1),0.1)'";
  const sound = `sine=f=1000:r=48000,asetnsamples=480,volume='if(lt(mod(t-${late}+1,1),0.1),1,0)':eval=frame`;
  return [
    ...['-v', 'error', '-y', '-progress', 'pipe:1', '-stats_period', '0.1'],
    ...written.flatMap((kind) => ['-re', '-f', 'lavfi', '-i', kind === 'video' ? picture : sound]),
    ...(written.includes('video') ? videoCodec(file) : []),
    ...(written.includes('audio') ? ['-c:a', /\.(ogg|webm)$/.test(file) ? 'libopus' : 'aac'] : []),
    file,
  ];
};

const videoCodec = (file: string): string[] =>
  file.endsWith('.webm')
    ? ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8']
    : ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15'];
