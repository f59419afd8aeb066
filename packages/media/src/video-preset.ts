export type Resolution = '180p' | '360p' | '540p' | '720p' | '1080p';
export type VideoCodec = 'vp8' | 'h264';

export interface VideoPreset {
  width: number;
  height: number;
  /** Frame rate, frames per second. */
  fps: number;
  /** Largest bit rate, bit/s. */
  maxBitrate: number;
}

/**
 * Presets with which livekit-client publishes a 16:9 camera (its `VideoPresets`), lowest first.
 * There is a clip of each.
 */
export const VIDEO_PRESETS: Readonly<Record<Resolution, Readonly<VideoPreset>>> = {
  '180p': { width: 320, height: 180, fps: 20, maxBitrate: 160_000 },
  '360p': { width: 640, height: 360, fps: 20, maxBitrate: 450_000 },
  '540p': { width: 960, height: 540, fps: 25, maxBitrate: 800_000 },
  '720p': { width: 1280, height: 720, fps: 30, maxBitrate: 1_700_000 },
  '1080p': { width: 1920, height: 1080, fps: 30, maxBitrate: 3_000_000 },
};

/** Resolution of a shared screen. There is a clip of each. */
export type ScreenResolution = '720p' | '1080p';

/** Presets with which livekit-client publishes a shared screen (its `ScreenSharePresets`). */
export const SCREEN_PRESETS: Readonly<Record<ScreenResolution, Readonly<VideoPreset>>> = {
  '720p': { width: 1280, height: 720, fps: 15, maxBitrate: 1_500_000 },
  '1080p': { width: 1920, height: 1080, fps: 15, maxBitrate: 2_500_000 },
};
