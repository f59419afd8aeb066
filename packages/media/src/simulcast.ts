import { type Resolution, VIDEO_PRESETS, type VideoPreset } from './video-preset.ts';

export interface SimulcastLayer extends VideoPreset {
  /** livekit-server reads the layer out of it: `q` is the lowest. */
  rid: 'q' | 'h' | 'f';
  /** The clip to play. */
  resolution: Resolution;
}

const RIDS = ['q', 'h', 'f'] as const;

/** livekit-client's default layers below the camera's own, and how wide a camera must be to have three or two layers in all. */
const LOWER_LAYERS: Resolution[] = ['180p', '360p'];
const THREE_LAYERS_FROM = 960;
const TWO_LAYERS_FROM = 480;

const resolutionsOf = (camera: Resolution): Resolution[] => {
  const { width } = VIDEO_PRESETS[camera];
  if (width >= THREE_LAYERS_FROM) return [...LOWER_LAYERS, camera];
  if (width >= TWO_LAYERS_FROM) return [...LOWER_LAYERS.slice(0, 1), camera];
  return [camera];
};

/**
 * The layers that livekit-client publishes for a camera of this size with its default simulcast, lowest first (its `computeVideoEncodings`):
 * three from 540p on, two at 360p, one at 180p.
 *
 * @example simulcastLayers('720p').map((layer) => `${layer.rid} ${layer.resolution}`) // ['q 180p', 'h 360p', 'f 720p']
 */
export const simulcastLayers = (camera: Resolution): SimulcastLayer[] => {
  const resolutions = resolutionsOf(camera);
  return RIDS.slice(0, resolutions.length).flatMap((rid, index) => {
    const resolution = resolutions[index];
    return resolution === undefined ? [] : [{ rid, resolution, ...VIDEO_PRESETS[resolution] }];
  });
};
