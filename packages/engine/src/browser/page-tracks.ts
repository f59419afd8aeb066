import {
  RESOLUTIONS,
  type Resolution,
  type TrackPlan,
  type VideoCodec,
} from '@livekit-swarm/scenario';
import type { PageTrack } from './page-protocol.ts';

/** Bit rates of livekit-client's presets for cameras, bit/s. */
const BITRATES: Record<Resolution, number> = {
  '180p': 160_000,
  '360p': 450_000,
  '540p': 800_000,
  '720p': 1_700_000,
  '1080p': 3_000_000,
};

const SCREEN_BITRATES: Partial<Record<Resolution, number>> = {
  '720p': 1_500_000,
  '1080p': 2_500_000,
};

const CAMERA_FRAMES = 30;
const SCREEN_FRAMES = 15;

const bitrateOf = ({ source, resolution }: Extract<TrackPlan, { kind: 'video' }>): number =>
  (source === 'screen' ? SCREEN_BITRATES[resolution] : undefined) ?? BITRATES[resolution];

/** Codecs with a stated scalability mode: livekit-client's default for them is L3T3_KEY. */
const hasLayers = (codec: VideoCodec): boolean => codec === 'vp9' || codec === 'av1';

export const pageTracks = (tracks: readonly TrackPlan[]): PageTrack[] =>
  tracks.map((track) =>
    track.kind === 'audio'
      ? { kind: 'audio' }
      : {
          kind: 'video',
          source: track.source,
          codec: track.codec,
          ...RESOLUTIONS[track.resolution],
          bitrate: track.bitrates?.at(-1) ?? bitrateOf(track),
          framesPerSecond: track.source === 'screen' ? SCREEN_FRAMES : CAMERA_FRAMES,
          simulcast: track.simulcast,
          scalabilityMode: hasLayers(track.codec) ? (track.scalabilityMode ?? 'L1T1') : null,
          frameMetadata: track.frameMetadata === true,
          detailed: process.env.SWARM_BROWSER_PICTURE === 'detailed',
        },
  );
