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
    /** Share of packets dropped, 0 … 1. */
    loss: z.number(),
    /** Mean length of a loss burst, packets (Gilbert–Elliott); 1: losses are independent. */
    burst: z.number(),
    /** Of every packet. */
    delayMs: ms(),
    /**
     * Added to the delay: exponentially distributed with this mean, a new value every 20 ms. Audio packets of 20 ms have about this interarrival jitter
     * (RFC 3550 §6.4.1). A delayed packet delays those behind it, so beyond 20 ms the jitter is less than this and the delay more.
     */
    jitterMs: ms(),
    /** Share of packets that arrive behind the one that followed them in their stream, 0 … 0.5. */
    reorder: z.number(),
    /** Bits per second, headers of IP and UDP included; null: no limit. */
    rateBps: z.number().nullable(),
    /** With a rate: a packet that would have to wait longer than this for its turn is dropped. */
    queueMs: ms(),
  })
  .meta({ id: 'Link', description: 'Impairment of an access network in one direction.' });

const impairment = z.object({ up: link, down: link });

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
    network: z.object({ name: z.string(), impairment }).nullable(),
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
export type LinkImpairment = z.infer<typeof link>;
export type NetworkImpairment = z.infer<typeof impairment>;
export type RoleSpec = z.infer<typeof roleSpecSchema>;

/** What a role has unless something else is stated. */
export const DEFAULT_ROLE: Omit<RoleSpec, 'name' | 'count' | 'publish'> = {
  data: null,
  subscribe: true,
  layout: { type: 'all' },
  grants: {},
  network: null,
  permanent: false,
};
