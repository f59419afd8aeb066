import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type LayeredCodec,
  readIvf,
  type ScalabilityMode,
  STRUCTURES,
  type VideoPreset,
} from '@livekit-swarm/media';
import { SECONDS } from './picture.ts';
import { runTool } from './tool.ts';

const SOURCE = fileURLToPath(new URL('layer-encoder.c', import.meta.url));
const KEYFRAME_SECONDS = 2;
/** Tolerance of the bit rate, share: libaom is less precise with several layers. */
const TOLERANCE: Record<LayeredCodec, number> = { vp9: 0.02, av1: 0.03 };
const ATTEMPTS = 6;
/**
 * Share of the bit rate for each spatial layer: with three, livekit-client's 160 and 450 kbit/s,
 * and the rest of 1,700.
 */
const SHARES: Record<number, readonly number[]> = { 1: [1], 3: [0.094, 0.265, 0.641] };

/** Compiles the encoder into `work`, and returns its path. */
export const compileEncoder = (work: string): string => {
  const program = join(work, 'layer-encoder');
  runTool('cc', ['-O2', '-Wall', '-o', program, SOURCE, '-lvpx', '-laom', '-lm']);
  return program;
};

/**
 * Encodes a drawn picture with layers in one stream.
 * @returns an IVF file; see `layer-encoder.c`
 * @throws Error when the bit rate differs from the preset
 */
export const makeLayeredVideo = (
  encoder: string,
  codec: LayeredCodec,
  mode: ScalabilityMode,
  { fps, maxBitrate }: VideoPreset,
  picture: string,
  output: string,
): string => {
  const { spatialLayers, temporalLayers } = STRUCTURES[mode];
  let target = maxBitrate;
  let bitrate = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const targets = (SHARES[spatialLayers] ?? []).map((share) => `${Math.round(target * share)}`);
    const settings = [spatialLayers, temporalLayers, fps * KEYFRAME_SECONDS].map(String);
    const file = runTool(encoder, [codec, ...settings, ...targets], readFileSync(picture));
    const bytes = readIvf(file).frames.reduce((sum, { data }) => sum + data.length, 0);
    bitrate = Math.round((bytes * 8) / SECONDS);
    if (Math.abs(bitrate / maxBitrate - 1) <= TOLERANCE[codec]) {
      writeFileSync(output, file);
      return output;
    }
    target = Math.round((target * maxBitrate) / bitrate);
  }
  throw new Error(
    `${output} has ${bitrate} bit/s after ${ATTEMPTS} attempts; ${maxBitrate} wanted`,
  );
};
