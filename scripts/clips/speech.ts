import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audioLevel, PACKETS_PER_SECOND, readOggOpus } from '@livekit-swarm/media';
import { SPEECH_SAMPLE_RATE } from '@livekit-swarm/webrtc';
import { ffmpeg, runTool } from './tool.ts';

const TEXT =
  'You are listening to one voice in a crowd. A server you know carries every word of it to everybody else in the room, fifty small ' +
  'packets a second, and each of them is counted on the way.';

export const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 960;
const SECONDS = 8;
export const BITRATE = 32_000;
/**
 * Samples that the encoder holds back. The file is shorter by them, so that flushing the encoder
 * fills the last packet and makes no further one.
 */
const LOOK_AHEAD = 312;
const SAMPLES = SECONDS * SAMPLE_RATE - LOOK_AHEAD;
/** Level from which livekit-server counts a participant as a speaker, -dBov. */
const AUDIBLE = 35;
const LONGEST_PAUSE_FRAMES = 10;
const RAW = ['-f', 's16le', '-ar', `${SAMPLE_RATE}`, '-ac', '1'];

/**
 * Synthesises speech of even loudness whose pauses are cut to a tenth of a second, stretched to
 * exactly the clip's length, as raw PCM.
 */
const synthesize = (work: string): Int16Array => {
  const [wav, tight, exact] = ['speech.wav', 'tight.pcm', 'exact.pcm'].map((name) =>
    join(work, name),
  ) as [string, string, string];
  runTool('espeak-ng', ['-v', 'en-gb', '-s', '170', '-w', wav, TEXT]);
  const cutPauses =
    'silenceremove=start_periods=1:start_threshold=-40dB:stop_periods=-1:stop_duration=0.1:stop_threshold=-40dB';
  ffmpeg(
    '-i',
    wav,
    '-af',
    `${cutPauses},aresample=${SAMPLE_RATE},dynaudnorm=f=250:g=5:p=0.5`,
    ...RAW,
    tight,
  );
  const tempo = readFileSync(tight).length / 2 / SAMPLES;
  const shape = `atempo=${tempo},apad=whole_len=${SAMPLES},atrim=end_sample=${SAMPLES},afade=d=0.005,afade=t=out:st=${SECONDS - 0.02}:d=0.01`;
  ffmpeg(...RAW, '-i', tight, '-af', shape, ...RAW, exact);
  const pcm = readFileSync(exact);
  return new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
};

export const levelsOf = (samples: Int16Array): Uint8Array =>
  Uint8Array.from({ length: Math.ceil(samples.length / FRAME_SAMPLES) }, (_, frame) =>
    audioLevel(samples.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES)),
  );

const longestPause = (levels: Uint8Array): number => {
  let [longest, pause] = [0, 0];
  for (const level of levels) {
    pause = level > AUDIBLE ? pause + 1 : 0;
    longest = Math.max(longest, pause);
  }
  return longest;
};

/** Decodes the whole file and checks its length. */
const checkDecodes = (file: string): void => {
  const pcm = ffmpeg('-xerror', '-err_detect', 'explode', '-i', file, '-f', 's16le', '-');
  if (pcm.length / 2 !== SAMPLES)
    throw new Error(`${file} decodes to ${pcm.length / 2} samples; ${SAMPLES} went in`);
};

/** Decodes the speech for clients that encode on their own, to exactly the clip's length. */
export const decodeSpeech = (opus: string): Uint8Array =>
  ffmpeg(
    '-i',
    opus,
    '-af',
    `apad=whole_len=${SECONDS * SAMPLE_RATE}`,
    ...['-f', 's16le', '-ar', `${SPEECH_SAMPLE_RATE}`, '-ac', '1', '-'],
  );

/**
 * Encodes the speech and its audio levels (one byte a packet) into `directory`; `work` is for
 * intermediate files.
 * @throws Error when the result has another length, too long a pause, or another bit rate
 */
export const makeSpeech = (directory: string, work: string): { opus: string; levels: string } => {
  const [pcm, opus, levelsFile] = [
    join(work, 'speech.pcm'),
    join(directory, 'speech.opus'),
    join(directory, 'speech.levels'),
  ];
  const samples = synthesize(work);
  writeFileSync(pcm, samples);
  const encoder = [
    '-c:a',
    'libopus',
    '-application',
    'voip',
    '-frame_duration',
    '20',
    '-vbr',
    'constrained',
    '-b:a',
    `${BITRATE}`,
  ];
  ffmpeg(
    ...RAW,
    '-i',
    pcm,
    ...encoder,
    '-map_metadata',
    '-1',
    '-fflags',
    '+bitexact',
    '-flags',
    '+bitexact',
    opus,
  );
  checkDecodes(opus);
  const levels = levelsOf(samples);
  writeFileSync(levelsFile, levels);

  const { packets } = readOggOpus(readFileSync(opus));
  const bitrate = Math.round(
    (packets.reduce((sum, { data }) => sum + data.length, 0) * 8) / SECONDS,
  );
  const pause = longestPause(levels);
  if (packets.length !== SECONDS * PACKETS_PER_SECOND)
    throw new Error(`${packets.length} packets of speech; ${SECONDS * PACKETS_PER_SECOND} wanted`);
  if (pause > LONGEST_PAUSE_FRAMES)
    throw new Error(`the speech pauses for ${pause} frames; ${LONGEST_PAUSE_FRAMES} are allowed`);
  if (Math.abs(bitrate / BITRATE - 1) > 0.1)
    throw new Error(`the speech has ${bitrate} bit/s; ${BITRATE} wanted`);
  return { opus, levels: levelsFile };
};
