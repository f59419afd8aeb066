/** What a role does, everything filled in: as records hold it and as plans use it. */
import { z } from 'zod';
import { actionSchema } from '../actions/action-spec.ts';
import { turnsSchema } from './turns.ts';
import { connectSchema } from './connect.ts';
import { e2eeSchema } from './e2ee.ts';
import { type TrackPlan, trackPlanSchema } from '../track-plan.ts';

const ms = () => z.number().min(0);

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

/**
 * How media reaches a node. `direct`: UDP. `ice-tcp`: TCP to the node (RFC 6544). `turn-…`: through a TURN server (RFC 8656), which the participant reaches by UDP, TCP
 * or TLS. `auto`: whatever the server offers, ICE selects, as browsers do.
 */
export const PATHS = ['direct', 'ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls', 'auto'] as const;
/** Ways of being a participant. `native`: many per host. `browser`: Chromium with livekit-client. `rtc`: libwebrtc in @livekit/rtc-node. */
export const ENGINE_NAMES = ['native', 'browser', 'rtc'] as const;
/**
 * How a stay ends. `leave`: LEAVE, then the connections are closed. `close`: they are closed without LEAVE. `disappear`: neither, as a device without network.
 * `before-…`: during the join. The connection is closed before the server has answered; or the participant disappears when the server has answered, before it
 * sent an offer; or when offer and answer are exchanged, before ICE.
 */
export const DEPARTURES = [
  'leave',
  'close',
  'disappear',
  'before-response',
  'before-offer',
  'before-ice',
] as const;

/** Engines of real clients. */
export const clientEngine = z.enum(['browser', 'rtc']);

export const roleSpecSchema = z
  .object({
    /** Label of everything measured on its participants: `host`, `viewer`. Unique in its group. */
    name: z.string(),
    count: z.number().min(0).describe('Participants of the role in each room.'),
    publish: z.array(trackPlanSchema),
    /** Null: sends none. */
    data: data.nullable(),
    /** Whether they subscribe at all; then `layout` decides to what. */
    subscribe: z.boolean(),
    layout,
    grants,
    /** An impaired access network: the name of a preset (or `custom`) and its effect. Null: no impairment. */
    network: z.object({ name: z.string(), impairment }).nullable(),
    /** Labels of the hosts that these participants may be on, in a run on several; none: on any. Absent in records of earlier versions. */
    hostSelector: z.record(z.string(), z.string()).exactOptional(),
    /** With an executor that replaces participants: whether these stay as long as the room is open. */
    permanent: z.boolean(),
    /** Absent in records of earlier versions, which had no other. */
    path: z.enum(PATHS).default('direct'),
    /** Absent: native. */
    engine: clientEngine.exactOptional(),
    /** What native publishers send follows the bandwidth that they estimate, as in browsers. Absent: they send everything. Real clients always adapt. */
    rateAdaptation: z.literal(true).exactOptional(),
    /** Absent: leave. */
    departure: z.enum(DEPARTURES).exactOptional(),
    /** What each of them does during its stay, and when. Absent: nothing. */
    actions: z.array(actionSchema).exactOptional(),
    /** Participants of the room that have it take turns in speaking. Absent: they speak all the time. */
    turns: turnsSchema.exactOptional(),
    /** They ask a token endpoint of the application. Absent: their tokens are made with the API key. */
    connect: connectSchema.exactOptional(),
    /** End-to-end encryption. Null: none; absent in records of earlier versions. */
    e2ee: e2eeSchema.nullable().default(null),
  })
  .meta({ id: 'Role', description: 'Participants of a room that do the same.' });

export type Kind = TrackPlan['kind'];
type VideoTrack = Extract<TrackPlan, { kind: 'video' }>;
export type VideoCodec = VideoTrack['codec'];
export type Resolution = VideoTrack['resolution'];
export type { TrackPlan } from '../track-plan.ts';
export type Layout = z.infer<typeof layout>;
export type DataTraffic = z.infer<typeof data>;
export type TrackSourceName = z.infer<typeof sourceName>;
export type RoleGrants = z.infer<typeof grants>;
export type LinkImpairment = z.infer<typeof link>;
export type NetworkImpairment = z.infer<typeof impairment>;
export type MediaPath = (typeof PATHS)[number];
export type EngineName = (typeof ENGINE_NAMES)[number];
export type ClientEngineName = z.infer<typeof clientEngine>;
export type Departure = (typeof DEPARTURES)[number];
/** Whether the participant is gone before it has joined. */
export const departsWhileJoining = (departure: Departure | undefined): boolean =>
  departure?.startsWith('before-') === true;
export type RoleSpec = z.infer<typeof roleSpecSchema>;

/** What a role has unless something else is stated. */
export const DEFAULT_ROLE: Omit<RoleSpec, 'name' | 'count' | 'publish'> = {
  data: null,
  subscribe: true,
  layout: { type: 'all' },
  grants: {},
  network: null,
  permanent: false,
  path: 'direct',
  e2ee: null,
};
