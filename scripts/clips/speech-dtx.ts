import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpusPacket, PACKETS_PER_SECOND, readOggOpus } from '@livekit-swarm/media';
import { BITRATE, levelsOf, SAMPLE_RATE } from './speech.ts';
import { ffmpeg, runTool } from './tool.ts';

const SENTENCES = ['This voice stops between its sentences.', 'Almost no packet leaves meanwhile.'];
const SECONDS = 10;
/** Interval between sentences, s: half of the time is a pause. */
const SENTENCE_SECONDS = SECONDS / SENTENCES.length;
const LOOK_AHEAD = 312;
const SAMPLES = SECONDS * SAMPLE_RATE - LOOK_AHEAD;
/** Level of the room's comfort noise, -dBov. */
const QUIET = 55;
/**
 * Number of frames without voice after which libopus enters DTX; then it sends one frame after each
 * 20 (`NB_SPEECH_FRAMES_BEFORE_DTX`, `MAX_CONSECUTIVE_DTX`).
 */
const FRAMES_BEFORE_DTX = 10;
const FRAMES_IN_DTX = 20;
const RAW = ['-f', 's16le', '-ar', `${SAMPLE_RATE}`, '-ac', '1'];

/** Synthesises sentences at their times over the noise of a quiet room, as raw PCM. */
const synthesize = (work: string): Int16Array => {
  const out = join(work, 'speech-dtx.pcm');
  const inputs = SENTENCES.flatMap((text, index) => {
    const wav = join(work, `sentence-${index}.wav`);
    runTool('espeak-ng', ['-v', 'en-gb', '-s', '150', '-w', wav, text]);
    return ['-i', wav];
  });
  const placed = SENTENCES.map(
    (_, index) =>
      `[${index}:a]aresample=${SAMPLE_RATE},volume=0.8,adelay=${index * SENTENCE_SECONDS * 1_000}[s${index}]`,
  );
  const room = `anoisesrc=r=${SAMPLE_RATE}:a=0.001:c=pink:s=1:d=${SECONDS}[room]`;
  const mixed = `${SENTENCES.map((_, index) => `[s${index}]`).join('')}[room]amix=inputs=${SENTENCES.length + 1}:normalize=0,apad=whole_len=${SAMPLES},atrim=end_sample=${SAMPLES}[out]`;
  const graph = [...placed, room, mixed].join(';');
  ffmpeg(...inputs, '-filter_complex', graph, '-map', '[out]', ...RAW, out);
  const pcm = readFileSync(out);
  return new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
};

/**
 * Applies the rule of DTX, which ffmpeg does not let libopus enter: in pauses only the
 * table-of-contents byte of a packet remains, except in one of 21.
 */
const enterDtx = (packets: OpusPacket[], levels: Uint8Array): OpusPacket[] => {
  let quiet = 0;
  return packets.map((packet, index) => {
    quiet = (levels[index] ?? 0) > QUIET ? quiet + 1 : 0;
    const inDtx = quiet - FRAMES_BEFORE_DTX;
    const sends = inDtx <= 0 || inDtx % (FRAMES_IN_DTX + 1) === 0;
    // The packet becomes one frame (RFC 6716 §3.1, code 0).
    const contents = Uint8Array.of((packet.data[0] ?? 0) & 0xfc);
    return sends ? packet : { ...packet, data: contents };
  });
};

/**
 * Makes speech with pauses as Opus packets of an encoder with DTX, and the level of each; `work` is
 * for intermediate files.
 * @throws Error when the result has another length, or too few or too many pauses
 */
export const makeSpeechWithDtx = (work: string): { packets: OpusPacket[]; levels: Uint8Array } => {
  const samples = synthesize(work);
  const [pcm, opus] = [join(work, 'speech-dtx.pcm'), join(work, 'speech-dtx.opus')];
  writeFileSync(pcm, samples);
  const encoder = ['-c:a', 'libopus', '-application', 'voip', '-frame_duration', '20'];
  ffmpeg(...RAW, '-i', pcm, ...encoder, '-vbr', 'constrained', '-b:a', `${BITRATE}`, opus);
  const levels = levelsOf(samples);
  const packets = enterDtx(readOggOpus(readFileSync(opus)).packets, levels);
  const empty = packets.filter(({ data }) => data.length <= 2).length / packets.length;
  if (packets.length !== SECONDS * PACKETS_PER_SECOND || packets.length !== levels.length)
    throw new Error(`${packets.length} packets; ${SECONDS * PACKETS_PER_SECOND} wanted`);
  if (empty < 0.3 || empty > 0.6)
    throw new Error(`${Math.round(empty * 100)} % of the packets are in a pause; 30 to 60 wanted`);
  return { packets, levels };
};
