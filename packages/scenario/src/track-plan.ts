import { z } from 'zod';

/** Bit rates of stereo music, kbit/s. */
export const MUSIC_KILOBITS = [64, 96, 128, 160, 192] as const;

/** Media file of the user, in place of swarm's clips. */
const ownMedia = z
  .object({
    /** Path in the scenario file, relative to it. */
    path: z.string(),
    /** Content of the file. Absent until it was prepared. */
    clip: z
      .object({
        /** Digest of the media file, hexadecimal. */
        sha256: z.string(),
        codec: z.enum(['opus', 'vp8', 'h264']),
        /** Width, pixels; 0 for audio. */
        width: z.number(),
        height: z.number(),
        stereo: z.boolean(),
        dtx: z.boolean(),
        /** Packets per second. */
        packets: z.number(),
        /** Bit rate of the RTP payload, bit/s. */
        bits: z.number(),
        durationMs: z.number(),
      })
      .exactOptional(),
  })
  .meta({ id: 'OwnMedia', description: 'A media file of the user.' });

/**
 * Track that a participant publishes. `screen` is a video, too, published as a screen share: a page
 * of text that is still, and then scrolls.
 */
export const trackPlanSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('audio'),
      /** Bit rate of stereo music, kbit/s. Absent: speech. */
      music: z.literal(MUSIC_KILOBITS).exactOptional(),
      /** Speech with pauses, in which almost no packet is sent. */
      dtx: z.literal(true).exactOptional(),
      media: ownMedia.exactOptional(),
    }),
    z.object({
      kind: z.literal('video'),
      source: z.enum(['camera', 'screen']),
      codec: z.enum(['vp8', 'h264', 'vp9', 'av1']),
      resolution: z.enum(['180p', '360p', '540p', '720p', '1080p']),
      simulcast: z.boolean(),
      /**
       * Bit rates of the highest layers, bit/s, the highest last; of a screen while the page
       * scrolls. Other layers have the bit rate of their clip.
       */
      bitrates: z.array(z.number()).exactOptional(),
      /** Media file, from whose codec and size `codec` and `resolution` follow. */
      media: ownMedia.exactOptional(),
      /**
       * True if each frame carries its capture time, from which browsers measure `frame_latency`.
       */
      frameMetadata: z.literal(true).exactOptional(),
      /** Layers in one stream (W3C webrtc-svc). Absent: none. */
      scalabilityMode: z.enum(['L3T3_KEY']).exactOptional(),
    }),
  ])
  .meta({ id: 'Track', description: 'A track that a participant publishes.' });

export type OwnMedia = z.infer<typeof ownMedia>;
export type TrackPlan = z.infer<typeof trackPlanSchema>;
export type Kind = TrackPlan['kind'];
type VideoTrack = Extract<TrackPlan, { kind: 'video' }>;
export type VideoCodec = VideoTrack['codec'];
export type Resolution = VideoTrack['resolution'];
