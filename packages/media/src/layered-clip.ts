import type { ClipData, ClipName } from '@livekit-swarm/webrtc';
import { buildClip, type PacketizedFrame } from './build-clip.ts';
import { dependencyDescriptor, type Size } from './dependency-descriptor.ts';
import { readIvf } from './ivf.ts';
import { MediaError } from './media-error.ts';
import { OBU, obuType, packetizeAv1, readObus } from './packetize-av1.ts';
import { packetizeVp9 } from './packetize-vp9.ts';
import { type ScalabilityMode, STRUCTURES, templateOf } from './scalability.ts';
import type { Resolution, VideoPreset } from './video-preset.ts';
import { readVp9Frame } from './vp9-frame.ts';

export type LayeredCodec = 'vp9' | 'av1';

/** The clips of VP9 and AV1. */
export const LAYERED_CLIPS: readonly {
  name: ClipName;
  codec: LayeredCodec;
  mode: ScalabilityMode;
  resolution: Resolution;
}[] = [
  { name: 'vp9-360p', codec: 'vp9', mode: 'L1T1', resolution: '360p' },
  { name: 'vp9-720p', codec: 'vp9', mode: 'L1T1', resolution: '720p' },
  { name: 'vp9-720p-l3t3-key', codec: 'vp9', mode: 'L3T3_KEY', resolution: '720p' },
  { name: 'av1-360p', codec: 'av1', mode: 'L1T1', resolution: '360p' },
  { name: 'av1-720p', codec: 'av1', mode: 'L1T1', resolution: '720p' },
  { name: 'av1-720p-l3t3-key', codec: 'av1', mode: 'L3T3_KEY', resolution: '720p' },
];

const VIDEO_CLOCK_RATE = 90_000;
const FOURCC: Record<LayeredCodec, string> = { vp9: 'VP90', av1: 'AV01' };
/** Size of the descriptor that every packet has, bytes; the usual header extensions include it. */
const SHORT_DESCRIPTOR_BYTES = 3;

/** One layer of a picture. */
interface Layer {
  data: Uint8Array;
  spatial: number;
  /** Index of the picture, counted from the keyframe before it. */
  picture: number;
  keyframe: boolean;
}

const isKeyframe = (codec: LayeredCodec, data: Uint8Array): boolean =>
  codec === 'vp9'
    ? readVp9Frame(data).keyframe
    : readObus(data).some((obu) => obuType(obu) === OBU.sequenceHeader);

/** Sizes of the spatial layers, lowest first: each has half the width and height of the next. */
export const layerSizes = ({ width, height }: Size, spatialLayers: number): Size[] =>
  Array.from({ length: spatialLayers }, (_, layer) => {
    const divisor = 2 ** (spatialLayers - 1 - layer);
    return { width: width / divisor, height: height / divisor };
  });

/** Reads the pictures of a file of `layer-encoder`, layer by layer. */
const readPictures = (
  codec: LayeredCodec,
  spatialLayers: number,
  { fps }: VideoPreset,
  file: Uint8Array,
): Layer[][] => {
  const ivf = readIvf(file);
  if (ivf.codec !== FOURCC[codec])
    throw new MediaError(`the IVF header has codec ${JSON.stringify(ivf.codec)}, not ${codec}`);
  if (ivf.rate !== fps * spatialLayers * ivf.scale)
    throw new MediaError(`the IVF header does not have ${spatialLayers} layers at ${fps} pictures`);
  const pictures: Layer[][] = [];
  let sinceKeyframe = 0;
  for (const [index, { data, pts }] of ivf.frames.entries()) {
    if (pts !== index) throw new MediaError(`layer ${index} of the file has time ${pts}`);
    const spatial = index % spatialLayers;
    if (spatial === 0) {
      const keyframe = isKeyframe(codec, data);
      sinceKeyframe = keyframe ? 0 : sinceKeyframe + 1;
      pictures.push([{ data, spatial, picture: sinceKeyframe, keyframe }]);
    } else {
      pictures.at(-1)?.push({ data, spatial, picture: sinceKeyframe, keyframe: false });
    }
  }
  return pictures;
};

/**
 * Makes a clip of a VP9 or AV1 file of `layer-encoder`. Each payload is preceded by its dependency
 * descriptor and the length of the descriptor; see `CLIP_FORMAT`.
 * @throws MediaError if the file is damaged, or does not begin with a keyframe
 */
export const layeredClip = (
  codec: LayeredCodec,
  mode: ScalabilityMode,
  preset: VideoPreset,
  file: Uint8Array,
): ClipData => {
  const structure = STRUCTURES[mode];
  const sizes = layerSizes(preset, structure.spatialLayers);
  const payloadsOf = ({ data, spatial, picture }: Layer): Uint8Array[] => {
    const template = templateOf(structure, picture, spatial);
    const attached = picture === 0 && spatial === 0 ? sizes : null;
    const whole = dependencyDescriptor(
      structure,
      { template, starts: true, ends: false },
      attached,
    );
    const reserved = whole.length - SHORT_DESCRIPTOR_BYTES;
    const payloads =
      codec === 'vp9'
        ? packetizeVp9(structure, { data, spatial, picture }, sizes, reserved)
        : packetizeAv1(readObus(data), attached !== null, reserved);
    return payloads.map((payload, index) => {
      const [starts, ends] = [index === 0, index === payloads.length - 1];
      const packet = { template, starts, ends };
      const descriptor = dependencyDescriptor(structure, packet, starts ? attached : null);
      return Uint8Array.from([descriptor.length, ...descriptor, ...payload]);
    });
  };
  const duration = VIDEO_CLOCK_RATE / preset.fps;
  const pictures = readPictures(codec, structure.spatialLayers, preset, file);
  const frames = pictures.map((layers): PacketizedFrame => {
    const keyframe = layers[0]?.keyframe === true;
    return { payloads: layers.flatMap(payloadsOf), duration, keyframe };
  });
  if (frames[0]?.keyframe !== true)
    throw new MediaError(
      'the first frame is not a keyframe; a clip that loops must begin with one',
    );
  const { width, height } = preset;
  return buildClip({ kind: 'video', codec, clockRate: VIDEO_CLOCK_RATE, width, height }, frames);
};
