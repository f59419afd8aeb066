import { z } from 'zod';

/** Of stereo music, kbit/s. */
export const MUSIC_KILOBITS = [64, 96, 128, 160, 192] as const;

/** A media file of the user, instead of the clips that come with swarm. */
const ownMedia = z
  .object({
    /** As in the scenario file, relative to it. */
    path: z.string(),
    /** What the file holds. Absent until it was prepared. */
    clip: z
      .object({
        /** Of the media file, hexadecimal. */
        sha256: z.string(),
        codec: z.enum(['opus', 'vp8', 'h264']),
        /** Pixels; 0 for audio. */
        width: z.number(),
        height: z.number(),
        stereo: z.boolean(),
        dtx: z.boolean(),
        /** Per second. */
        packets: z.number(),
        /** Of RTP payload, per second. */
        bits: z.number(),
        durationMs: z.number(),
      })
      .exactOptional(),
  })
  .meta({ id: 'OwnMedia', description: 'A media file of the user.' });

/** A track that a participant publishes. `screen` is a video, too, published as a screen share: a page of text that is still, and then scrolls. */
export const trackPlanSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('audio'),
      /** Stereo music of this bit rate, kbit/s. Absent: speech. */
      music: z.literal(MUSIC_KILOBITS).exactOptional(),
      /** Speech with pauses in which almost no packet is sent. */
      dtx: z.literal(true).exactOptional(),
      media: ownMedia.exactOptional(),
    }),
    z.object({
      kind: z.literal('video'),
      source: z.enum(['camera', 'screen']),
      codec: z.enum(['vp8', 'h264', 'vp9', 'av1']),
      resolution: z.enum(['180p', '360p', '540p', '720p', '1080p']),
      simulcast: z.boolean(),
      /** Of the highest layers, bit/s, the highest last; of a screen while the page scrolls. Layers without one have that of their clip. */
      bitrates: z.array(z.number()).exactOptional(),
      /** With its own codec and size: `codec` and `resolution` follow from it. */
      media: ownMedia.exactOptional(),
      /** Each frame carries its capture time, from which browsers measure `frame_latency`. */
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
