/** A load that did not happen: lines, webhooks and polls of a participant or two, for comparisons. */
import { TrackSource, TrackType } from '@livekit/protocol';
import type { EventLine, ParticipantLine, TrackResult } from '@livekit-swarm/record';
import { emptyTrackResult } from '@livekit-swarm/record';
import { expandPlan } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { WebhookEvent } from 'livekit-server-sdk';
import { PresenceWatch } from '../../src/presence-watch.ts';

const RUN = 'made';
export const plan = expandPlan(scenarioOfLoad({ rooms: 1, participants: 2 }), RUN);
const [first, second] = plan.participants;
if (first === undefined || second === undefined) throw new Error('two participants');
export const ROOM = first.room;
export const [ANNA, BEN] = [first.identity, second.identity];

type Named = Pick<EventLine, 'event' | 'at'> & Partial<EventLine>;

export const line = (identity: string, named: Named): EventLine => ({
  ...{ type: 'event', identity, group: 'load', room: ROOM, role: 'publisher', shard: 0 },
  ...named,
});

export const result = (
  identity: string,
  at: number,
  changed: Partial<ParticipantLine> = {},
): ParticipantLine => ({
  ...{ type: 'participant', at, shard: 0, identity, group: 'load', room: ROOM, role: 'publisher' },
  ...{ joinAtMs: 0, leaveAtMs: at, outcome: 'left', reason: null, joinTimeMs: 90 },
  ...{ resumes: 0, reconnects: 0, expectedTracks: { audio: 1, video: 0 } },
  tracks: [audio],
  ...changed,
});

const audio: TrackResult = {
  ...emptyTrackResult('up'),
  ...{ kind: 'audio', codec: 'opus', packets: 200 },
};

export interface Report {
  atMs: number;
  event: string;
  /** Default: the event of the room. */
  identity?: string;
  /** Default: as the identity. */
  sid?: string;
  roomSid?: string;
  room?: string;
  id?: string;
  createdAt?: number;
}

/** Webhook as the SDK reads it; its date is that of its arrival unless it has one. */
export const webhook = ({ atMs, event, identity, ...of }: Report): WebhookEvent => {
  const { roomSid = 'RM_1', room = ROOM, sid = `PA_${identity}`, createdAt } = of;
  const made = new WebhookEvent({
    id: of.id ?? `EV_${event}_${identity ?? roomSid}`,
    createdAt: BigInt(createdAt ?? 1_000 + Math.floor(atMs / 1_000)),
    room: { name: room, sid: roomSid },
    ...(identity !== undefined && { participant: { identity, sid } }),
    ...(event.startsWith('track_') && {
      track: { sid: `TR_${sid}`, type: TrackType.AUDIO, source: TrackSource.MICROPHONE },
    }),
  });
  // The constructor of the SDK's class forgets it.
  return Object.assign(made, { event });
};

/** Webhooks of a load in which Anna and Ben were in a room from 100 ms to 10 s, and all went well. */
export const REPORTED: readonly Report[] = [
  { atMs: 60, event: 'room_started' },
  ...[ANNA, BEN].flatMap((identity) => [
    { atMs: 120, event: 'participant_joined', identity },
    { atMs: 150, event: 'track_published', identity },
    { atMs: 10_020, event: 'track_unpublished', identity },
    { atMs: 10_040, event: 'participant_left', identity },
  ]),
  { atMs: 30_100, event: 'room_finished' },
];

export interface MadeUp {
  reports?: readonly Report[];
  /** Participants that the API listed at each time; default: both, from 500 ms to 9.5 s. */
  listed?: readonly (readonly [atMs: number, ...identities: string[]])[];
}

const SECONDS = [...Array(15).keys()].map((second) => second * 1_000 + 500);
const LISTED = SECONDS.map((atMs) =>
  atMs < 10_000 ? ([atMs, ANNA, BEN] as const) : ([atMs] as const),
);

/** The watch of that load, with other words of the platform. */
export const watchOf = ({ reports = REPORTED, listed = LISTED }: MadeUp = {}): PresenceWatch => {
  const watch = new PresenceWatch(plan, RUN);
  for (const identity of [ANNA, BEN]) {
    watch.addLine(line(identity, { event: 'joined', at: 100 }));
    watch.addLine(line(identity, { event: 'left', at: 10_000 }));
    watch.addLine(result(identity, 10_000));
  }
  for (const one of reports) watch.addWebhook(webhook(one), one.atMs);
  for (const [atMs, ...identities] of listed)
    watch.addPoll({
      ...{ room: ROOM, requestedAtMs: atMs, answeredAtMs: atMs + 5 },
      identities: new Set(identities),
    });
  return watch;
};

export const NO_ROOMS: ReadonlySet<string> = new Set();
