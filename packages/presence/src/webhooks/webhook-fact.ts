import { TrackSource, TrackType } from '@livekit/protocol';
import type { WebhookEvent } from 'livekit-server-sdk';

/** Webhook events that are compared; those of egress and ingress are left out. */
export const PRESENCE_EVENTS = [
  'room_started',
  'participant_joined',
  'track_published',
  'track_unpublished',
  'participant_left',
  'participant_connection_aborted',
  'room_finished',
] as const;

export type PresenceEvent = (typeof PRESENCE_EVENTS)[number];

/** Name of a track among those of its publisher, as records and webhooks have it. */
export type TrackName = 'audio' | 'camera' | 'screen' | 'other';

/** A webhook that arrived with a valid signature. */
export interface WebhookFact {
  /** Arrival, ms after the start of the run. */
  atMs: number;
  /** Time of the event by the server's clock, whole seconds since 1970. */
  createdAt: number;
  /** The same in every delivery of an event. */
  id: string;
  event: PresenceEvent;
  room: string;
  roomSid: string;
  /** Participant of the event; null: an event of the room. */
  participant: { identity: string; sid: string } | null;
  track: { sid: string; name: TrackName } | null;
}

/** Reads an event; null: of another kind. */
export const webhookFact = (
  { event, id, createdAt, room, participant, track }: WebhookEvent,
  atMs: number,
): WebhookFact | null => {
  const name = PRESENCE_EVENTS.find((one) => one === event);
  if (name === undefined || room === undefined) return null;
  return {
    ...{ atMs, createdAt: Number(createdAt), id, event: name },
    ...{ room: room.name, roomSid: room.sid },
    participant:
      participant === undefined ? null : { identity: participant.identity, sid: participant.sid },
    track: track === undefined ? null : { sid: track.sid, name: nameOf(track.type, track.source) },
  };
};

const nameOf = (type: TrackType, source: TrackSource): TrackName => {
  if (type === TrackType.AUDIO) return 'audio';
  if (source === TrackSource.CAMERA) return 'camera';
  return source === TrackSource.SCREEN_SHARE ? 'screen' : 'other';
};
