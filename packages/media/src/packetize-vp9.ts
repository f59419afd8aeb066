import type { Size } from './dependency-descriptor.ts';
import { MAX_RTP_PAYLOAD, splitEvenly } from './rtp-payload.ts';
import { type Structure, TEMPORAL_PATTERN, temporalLayer } from './scalability.ts';

/** One layer of a picture. */
export interface Vp9Layer {
  data: Uint8Array;
  spatial: number;
  /** Index of the picture, counted from the keyframe before it. */
  picture: number;
}

/**
 * Bits of the first byte (RFC 9628 §4.2). F is never set: references follow from the picture group.
 */
const BIT = { I: 0x80, P: 0x40, L: 0x20, B: 0x08, E: 0x04, V: 0x02, Z: 0x01 } as const;
const U = 0x10;
const D = 0x01;

/**
 * Returns true if the picture refers to temporal layer 1: a receiver cannot switch up to layer 2 at
 * it.
 */
const dependsOnMiddle = ({ temporalLayers }: Structure, picture: number): boolean =>
  temporalLayers === 3 && picture % TEMPORAL_PATTERN.length === 3;

/**
 * Encodes the scalability structure: the sizes, and the group of pictures that repeats (§4.2.1).
 */
const scalabilityStructure = (structure: Structure, sizes: readonly Size[]): number[] => {
  const [Y, G] = [0x10, 0x08];
  const bytes = [((structure.spatialLayers - 1) << 5) | Y | G];
  for (const { width, height } of sizes)
    bytes.push(width >> 8, width & 255, height >> 8, height & 255);
  const group = structure.temporalLayers === 1 ? 1 : TEMPORAL_PATTERN.length;
  bytes.push(group);
  for (let picture = 0; picture < group; picture += 1) {
    const temporal = temporalLayer(structure, picture);
    const up = dependsOnMiddle(structure, picture) ? 0 : U;
    const difference = temporal === 0 ? group : temporal === 1 ? 2 : 1;
    bytes.push((temporal << 5) | up | (1 << 2), difference);
  }
  return bytes;
};

/**
 * Cuts one layer of a picture into RTP payloads with their descriptors. Picture id (bytes 1 and 2)
 * and TL0PICIDX (byte 4 of layered video) are 0: the sender numbers them.
 * @param sizes sizes of the spatial layers, lowest first
 * @param reserved bytes that the header extensions of each packet need in addition to the usual
 */
export const packetizeVp9 = (
  structure: Structure,
  { data, spatial, picture }: Vp9Layer,
  sizes: readonly Size[],
  reserved = 0,
): Uint8Array[] => {
  const isLayered = structure.spatialLayers * structure.temporalLayers > 1;
  const isKey = picture === 0;
  const layer =
    (temporalLayer(structure, picture) << 5) |
    (dependsOnMiddle(structure, picture) ? 0 : U) |
    (spatial << 1) |
    (isKey && spatial > 0 ? D : 0);
  const layerIndices = isLayered ? [layer, 0] : [];
  const ss = isKey && spatial === 0 ? scalabilityStructure(structure, sizes) : [];
  // Spatial layers refer to each other in keyframes only.
  const independent = isLayered && (!isKey || spatial === structure.spatialLayers - 1) ? BIT.Z : 0;
  const room = MAX_RTP_PAYLOAD - 3 - layerIndices.length - ss.length - reserved;
  const pieces = splitEvenly(data, room);
  return pieces.map((piece, index) => {
    const isFirst = index === 0;
    const flags =
      BIT.I |
      (isKey ? 0 : BIT.P) |
      (isLayered ? BIT.L : 0) |
      (isFirst ? BIT.B : 0) |
      (index === pieces.length - 1 ? BIT.E : 0) |
      (isFirst && ss.length > 0 ? BIT.V : 0) |
      independent;
    return Uint8Array.from([flags, 0x80, 0, ...layerIndices, ...(isFirst ? ss : []), ...piece]);
  });
};
