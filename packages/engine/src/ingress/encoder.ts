import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { exitWithParent } from '@livekit-swarm/host';
import type { Clock, Failure } from '@livekit-swarm/livekit';
import { highestBitrate, RESOLUTIONS, type TrackPlan } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { IngressStream } from '../engine.ts';
import { feedLiveAudio, SAMPLE_RATE } from './live-audio.ts';

/** Running encoder of one stream: ffmpeg, or a WHIP client. */
export interface Encoder {
  /** Resolves when the encoder has ended, also on request; never rejects. */
  readonly ended: Promise<Failure>;
  /** Ends the encoder. */
  stop(how: EncoderEnd): void;
}

/**
 * End of an encoder. `leave`: it closes its stream. `disappear`: its stream breaks off, without
 * notice. `fail`: its stream breaks off, and the receiver learns it.
 */
export type EncoderEnd = 'leave' | 'disappear' | 'fail';

/** Time for the encoder to close its stream, ms. */
const CLOSE_MS = 1_000;
const FRAMES_PER_SECOND = 30;
const SPEECH_BITRATE = '64k';

/**
 * Starts ffmpeg, which encodes generated audio and video live, and sends them as RTMP. It ends with
 * this process at the latest.
 */
export const startEncoder = (
  { url, streamKey }: IngressStream,
  publish: readonly TrackPlan[],
  clock: Clock,
  program = 'ffmpeg',
): Encoder => {
  const target = `${url.replace(/\/$/, '')}/${streamKey}`;
  const [command, ...args] = exitWithParent([program, ...encoderArguments(publish), target]);
  const child: ChildProcessByStdio<Writable, null, Readable> = spawn(command, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Signals of a terminal reach this process, which decides.
    detached: true,
  });
  // Writing to an encoder that has ended fails.
  child.stdin.on('error', () => {});
  const stopAudio = publish.some(({ kind }) => kind === 'audio')
    ? feedLiveAudio(child.stdin, clock)
    : () => {};
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text = `${text}${more}`.slice(-LONGEST_TEXT);
  });
  const ended = new Promise<Failure>((resolve) => {
    const end = (message: string): void =>
      resolve({ reason: 'encoder_ended', message, retryable: true });
    child.once('error', (error) => end(messageOf(error)));
    child.once('close', (code, signal) =>
      end(lastLine(text).replaceAll(streamKey, '…') || `ffmpeg ended (${signal ?? code})`),
    );
  });
  void ended.then(stopAudio);
  return {
    ended,
    stop: (how) => {
      if (how !== 'leave') {
        // Its connection ends with the process, which ingress notices.
        child.kill('SIGKILL');
        return;
      }
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
      void ended.then(() => clearTimeout(timer));
    },
  };
};

const LONGEST_TEXT = 2_000;

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? '';

/** Arguments of ffmpeg without the target. */
const encoderArguments = (publish: readonly TrackPlan[]): string[] => {
  const audio = publish.find((track) => track.kind === 'audio');
  const video = publish.find((track) => track.kind === 'video');
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostats', '-fflags', 'nobuffer'],
    ...(audio === undefined
      ? []
      : [
          ...['-probesize', '32', '-analyzeduration', '0', '-thread_queue_size', '512'],
          ...['-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '1', '-i', 'pipe:0'],
        ]),
    ...(video === undefined ? [] : videoInput(video)),
    ...(audio === undefined
      ? []
      : [
          ...[
            '-c:a',
            'aac',
            '-b:a',
            audio.music === undefined ? SPEECH_BITRATE : `${audio.music}k`,
          ],
          ...['-ac', audio.music === undefined ? '1' : '2'],
        ]),
    ...(video === undefined ? [] : videoEncoding(video)),
    ...['-flush_packets', '1', '-f', 'flv'],
  ];
};

type Video = Extract<TrackPlan, { kind: 'video' }>;

const videoInput = ({ resolution }: Video): string[] => {
  const { width, height } = RESOLUTIONS[resolution];
  const picture = `testsrc2=size=${width}x${height}:rate=${FRAMES_PER_SECOND}`;
  return ['-re', '-thread_queue_size', '512', '-f', 'lavfi', '-i', picture];
};

const videoEncoding = (video: Video): string[] => {
  const kilobits = Math.round(highestBitrate(video) / 1_000);
  return [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1'],
    ...['-pix_fmt', 'yuv420p', '-g', String(2 * FRAMES_PER_SECOND)],
    ...['-b:v', `${kilobits}k`, '-maxrate', `${kilobits}k`, '-bufsize', `${kilobits}k`],
  ];
};
