/** What a role does, everything filled in: as records hold it and as plans use it. */
import { z } from 'zod';

const ms = () => z.number().min(0);

/** `screen` is a video, too, published as a screen share. */
const track = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('audio') }),
  z.object({
    kind: z.literal('video'),
    source: z.enum(['camera', 'screen']),
    codec: z.enum(['vp8', 'h264']),
    resolution: z.enum(['180p', '360p', '540p', '720p', '1080p']),
    simulcast: z.boolean(),
  }),
]);

/**
 * What a subscriber displays. `speaker`: one large video, nothing else; `grid`: up to `tiles` videos at the size of a tile. Audio is always received,
 * except with `none`.
 */
const layout = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['all', 'speaker', 'audio-only', 'none']) }),
  z.object({ type: z.literal('grid'), tiles: z.number().min(0) }),
]);

const data = z.object({
  messagesPerSecond: z.number(),
  /** Payload bytes of a message. */
  bytes: z.number(),
  reliable: z.boolean(),
});

const sourceName = z.enum(['camera', 'microphone', 'screen_share', 'screen_share_audio']);

/**
 * Token grants (LiveKit's VideoGrant). What is absent follows from what the role does: it may publish the sources it publishes, send data if it sends
 * data, subscribe if it subscribes. Stating less than a role needs is how a denial is tested.
 */
const grants = z.object({
  canPublish: z.boolean().exactOptional(),
  canPublishSources: z.array(sourceName).exactOptional(),
  canPublishData: z.boolean().exactOptional(),
  canSubscribe: z.boolean().exactOptional(),
  canUpdateOwnMetadata: z.boolean().exactOptional(),
  hidden: z.boolean().exactOptional(),
  roomAdmin: z.boolean().exactOptional(),
  recorder: z.boolean().exactOptional(),
});

const link = z
  .object({
    loss: z.number(),
    burst: z.number(),
    delayMs: ms(),
    jitterMs: ms(),
    reorder: z.number(),
    rateBps: z.number().nullable(),
    queueMs: ms(),
  })
  .meta({ id: 'Link', description: 'What a bad network does to packets, one way.' });

export const roleSpecSchema = z
  .object({
    /** Label of everything measured on its participants: `host`, `viewer`. Unique in its group. */
    name: z.string(),
    count: z.number().min(0).describe('Participants of the role in each room.'),
    publish: z.array(track),
    /** Null: sends none. */
    data: data.nullable(),
    /** Whether they subscribe at all; then `layout` decides to what. */
    subscribe: z.boolean(),
    layout,
    grants,
    /** An impaired access network: the name of a preset (or `custom`) and its effect. Null: no impairment. */
    network: z
      .object({ name: z.string(), impairment: z.object({ up: link, down: link }) })
      .nullable(),
    /** With an executor that replaces participants: whether these stay as long as the room is open. */
    permanent: z.boolean(),
  })
  .meta({ id: 'Role', description: 'Participants of a room that do the same.' });

export type TrackPlan = z.infer<typeof track>;
export type Kind = TrackPlan['kind'];
type VideoTrack = Extract<TrackPlan, { kind: 'video' }>;
export type VideoCodec = VideoTrack['codec'];
export type Resolution = VideoTrack['resolution'];
export type Layout = z.infer<typeof layout>;
export type DataTraffic = z.infer<typeof data>;
export type TrackSourceName = z.infer<typeof sourceName>;
export type RoleGrants = z.infer<typeof grants>;
export type RoleSpec = z.infer<typeof roleSpecSchema>;
