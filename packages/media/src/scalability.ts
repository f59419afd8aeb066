/**
 * Dependencies between the frames of a layered video (W3C webrtc-svc §6) and their form on the
 * wire: the templates of the dependency descriptor (AV1 RTP specification, appendix A).
 */

/**
 * Template of a frame. Decode target indications are `-` not present, `D` discardable, `S` switch
 * (§A.8.3); frame differences count frames.
 */
export interface Template {
  spatial: number;
  temporal: number;
  targets: string;
  frameDiffs: readonly number[];
  chainDiffs: readonly number[];
}

export interface Structure {
  spatialLayers: number;
  temporalLayers: number;
  /** Templates ordered by spatial layer, then temporal layer. */
  templates: readonly Template[];
  /** Chain that protects each decode target. */
  chainOfTarget: readonly number[];
}

export type ScalabilityMode = 'L1T1' | 'L1T3' | 'L3T3_KEY';

/** Temporal layers of four consecutive pictures, with three temporal layers. */
export const TEMPORAL_PATTERN = [0, 2, 1, 2] as const;

const template = (
  [spatial, temporal]: [number, number],
  targets: string,
  chainDiffs: number[],
  frameDiffs: number[] = [],
): Template => ({ spatial, temporal, targets, frameDiffs, chainDiffs });

/** Structures as libwebrtc defines them; each layer has its keyframe template first. */
export const STRUCTURES: Readonly<Record<ScalabilityMode, Structure>> = {
  L1T1: {
    spatialLayers: 1,
    temporalLayers: 1,
    chainOfTarget: [0],
    templates: [template([0, 0], 'S', [0]), template([0, 0], 'S', [1], [1])],
  },
  L1T3: {
    spatialLayers: 1,
    temporalLayers: 3,
    chainOfTarget: [0, 0, 0],
    templates: [
      template([0, 0], 'SSS', [0]),
      template([0, 0], 'SSS', [4], [4]),
      template([0, 1], '-DS', [2], [2]),
      template([0, 2], '--D', [1], [1]),
      template([0, 2], '--D', [3], [1]),
    ],
  },
  L3T3_KEY: {
    spatialLayers: 3,
    temporalLayers: 3,
    chainOfTarget: [0, 0, 0, 1, 1, 1, 2, 2, 2],
    templates: [
      template([0, 0], 'SSSSSSSSS', [0, 0, 0]),
      template([0, 0], 'SSS------', [12, 11, 10], [12]),
      template([0, 1], '-DS------', [6, 5, 4], [6]),
      template([0, 2], '--D------', [3, 2, 1], [3]),
      template([0, 2], '--D------', [9, 8, 7], [3]),
      template([1, 0], '---SSSSSS', [1, 1, 1], [1]),
      template([1, 0], '---SSS---', [1, 12, 11], [12]),
      template([1, 1], '----DS---', [7, 6, 5], [6]),
      template([1, 2], '-----D---', [4, 3, 2], [3]),
      template([1, 2], '-----D---', [10, 9, 8], [3]),
      template([2, 0], '------SSS', [2, 1, 1], [1]),
      template([2, 0], '------SSS', [2, 1, 12], [12]),
      template([2, 1], '-------DS', [8, 7, 6], [6]),
      template([2, 2], '--------D', [5, 4, 3], [3]),
      template([2, 2], '--------D', [11, 10, 9], [3]),
    ],
  },
};

/**
 * Temporal layer of a picture.
 * @param picture index, counted from the keyframe before it
 */
export const temporalLayer = ({ temporalLayers }: Structure, picture: number): number =>
  temporalLayers === 1 ? 0 : (TEMPORAL_PATTERN[picture % TEMPORAL_PATTERN.length] ?? 0);

/**
 * Index of the template for one spatial layer of a picture.
 * @param picture index, counted from the keyframe before it
 */
export const templateOf = (structure: Structure, picture: number, spatial: number): number => {
  const temporal = temporalLayer(structure, picture);
  const first = structure.templates.findIndex(
    (one) => one.spatial === spatial && one.temporal === temporal,
  );
  // Temporal layers 0 and 2 have two templates: layer 0 has the keyframe's first, layer 2 that of
  // the picture before layer 1.
  const second =
    temporal === 0 ? picture > 0 : temporal === 2 && picture % TEMPORAL_PATTERN.length === 3;
  return first + (second ? 1 : 0);
};
