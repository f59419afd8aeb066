import { DisconnectReason, TrackSource, TrackType } from '@livekit/protocol';
import { isStale, joinedAtOf, type RegistryView } from '@livekit-swarm/livekit';
import type { WebhookEvent } from 'livekit-server-sdk';
import type { Entry, JournalEvent, SessionFacts } from '../journal/entries.ts';

/** Source of entries from webhooks, and from the registry of nodes and rooms in Redis. */
export interface LifecycleIngest {
  onWebhook(target: string, event: WebhookEvent): Entry[];
  onRegistry(target: string, view: RegistryView, nowMs: number): Entry[];
  /**
   * Node of a room by the registries; undefined if no registry has the room, or two name different
   * nodes.
   */
  nodeOf(room: string): string | undefined;
}

export const createLifecycleIngest = (): LifecycleIngest => {
  /** Last view of the registry of each target, and the nodes in it that had stopped reporting. */
  const views = new Map<
    string,
    { rooms: ReadonlyMap<string, string>; lost: ReadonlySet<string> }
  >();

  const onWebhook = (target: string, webhook: WebhookEvent): Entry[] => {
    const { room, participant } = webhook;
    const event = eventOf(webhook);
    if (room === undefined || room.name === '' || event === null) return [];
    // The server rounds down to seconds; the middle of the second is right on average.
    const sentAtMs = Number(webhook.createdAt) * 1_000 + 500;
    const atMs =
      event.code === 'joined' && participant !== undefined ? joinedAtOf(participant) : sentAtMs;
    const session: SessionFacts | null =
      participant === undefined || participant.sid === ''
        ? null
        : {
            sid: participant.sid,
            room: room.name,
            identity: participant.identity,
            node: views.get(target)?.rooms.get(room.name),
            joinedAtMs: joinedAtOf(participant) || undefined,
            ...(event.code === 'left'
              ? { leftAtMs: atMs, leftReason: event.detail ?? undefined }
              : {}),
          };
    return [{ atMs, room: room.name, session, event }];
  };

  const onRegistry = (target: string, { rooms, nodes }: RegistryView, nowMs: number): Entry[] => {
    const before = views.get(target);
    const lost = new Set([...nodes].flatMap(([id, node]) => (isStale(node, nowMs) ? [id] : [])));
    // A node that shuts down in order removes its own entry.
    views.set(target, { rooms, lost });
    if (before === undefined) return [];
    return [...before.rooms].flatMap(([room, node]): Entry[] => {
      if (!lost.has(node) || before.lost.has(node)) return [];
      return [{ atMs: nowMs, room, session: null, event: { code: 'node_lost', detail: node } }];
    });
  };

  const nodeOf = (room: string): string | undefined => {
    const found = new Set([...views.values()].flatMap(({ rooms }) => rooms.get(room) ?? []));
    return found.size === 1 ? [...found][0] : undefined;
  };

  return { onWebhook, onRegistry, nodeOf };
};

const eventOf = ({ event, participant, track }: WebhookEvent): JournalEvent | null => {
  switch (event) {
    case 'room_started':
    case 'room_finished':
      return { code: event, detail: null };
    case 'participant_joined':
      return { code: 'joined', detail: null };
    case 'participant_left':
    case 'participant_connection_aborted':
      return {
        code: 'left',
        detail: word(DisconnectReason[participant?.disconnectReason ?? 0]),
      };
    case 'track_published':
    case 'track_unpublished':
      return {
        code: event,
        detail: `${word(TrackType[track?.type ?? 0])} ${word(TrackSource[track?.source ?? 0])}`,
      };
    default:
      return null;
  }
};

const word = (name = 'unknown'): string => name.toLowerCase();
