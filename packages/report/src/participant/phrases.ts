import type {
  ParticipantEvent,
  ParticipantHistory,
  ParticipantView,
} from '@livekit-swarm/analysis';
import { capital, formatNumber, plural } from '@livekit-swarm/settings';
import { clock, formatMs, formatShare } from '../format.ts';
import { untrusted } from '../html/markup.ts';
import { outcomeText } from '../run/tables.ts';

const EVENTS: Partial<Record<ParticipantEvent['event'], string>> = {
  joined: 'joined',
  join_retry: 'join attempt failed, retrying',
  join_failed: 'join failed',
  first_media: 'received its first media',
  first_decrypted: 'decrypted its first frame',
  signal_lost: 'connection lost',
  resumed: 'resumed',
  reconnected: 'reconnected',
  disconnected: 'disconnected',
  rejoin_retry: 'rejoin attempt failed, retrying',
  rejoined: 'rejoined',
  media_started: 'first packet',
  media_interrupted: 'no packet for two seconds',
  media_resumed: 'media resumed',
  media_duplicated: 'arrived on two streams',
  acted: 'acted',
  action_failed: 'action failed',
  turn: 'turn ended',
  agent_dispatched: 'voice agent dispatched',
  agent_joined: 'voice agent in its room',
  agent_published: 'voice agent published audio',
  agent_ready: 'voice agent ready to speak',
  agent_lost: 'no voice agent in time',
  ingress_created: 'ingress created',
  ingress_left: 'left the room after its encoder had ended',
  mark_received: 'heard a mark of an encoder',
  agent_transferred: 'transferred to the next voice agent',
  agent_transfer_lost: 'no next voice agent in time',
  agent_added: 'another voice agent in its room',
  agent_left: 'voice agent left its room',
  agent_job: 'job of the voice agent',
  agent_answered: 'answered a caller',
  agent_stopped: 'stopped, as a caller spoke',
  left: 'left',
};

/** Event of a participant, without time and reason: `media resumed: audio of alice`. */
export const participantEventText = ({ event, media, action }: ParticipantEvent): string => {
  const text = EVENTS[event] ?? event;
  if (action !== undefined) return `${text}: ${action}`;
  if (media === undefined) return text;
  const { kind = 'media', source, publisher } = media;
  const what = source === undefined || source === 'camera' ? kind : `${kind} (${source})`;
  return `${text}: ${what}${publisher === undefined ? '' : ` of ${untrusted(publisher)}`}`;
};

/** Duration and reason of an event: `after 120 ms, no answer`; empty where it has neither. */
export const eventDetailText = ({ durationMs, message, reason }: ParticipantEvent): string =>
  [
    durationMs === null ? null : `after ${formatMs(durationMs)}`,
    message === null && reason === null ? null : untrusted(message ?? reason ?? ''),
  ]
    .filter((part) => part !== null)
    .join(', ');

const BAD: ReadonlySet<string> = new Set([
  'join_failed',
  'disconnected',
  'signal_lost',
  'media_interrupted',
  'action_failed',
]);
const UNSURE: ReadonlySet<string> = new Set(['join_retry', 'rejoin_retry', 'agent_lost']);

/** Class of an event on a page. */
export const eventTone = ({ event }: ParticipantEvent): '' | 'bad' | 'unsure' =>
  BAD.has(event) ? 'bad' : UNSURE.has(event) ? 'unsure' : '';

/** Problems of a participant, most severe first; empty without any. */
export const problemsText = (participant: ParticipantHistory): string => {
  const { outcome, reason, missing, stalled, loss, longestInterruptionMs, reconnects } =
    participant;
  const parts = [
    outcome !== 'left' &&
      `${outcomeText(participant)}${reason === null ? '' : ` (${untrusted(reason)})`}`,
    missing > 0 && `${plural(missing, 'track')} missing`,
    stalled > 0 && `${formatNumber(stalled)} stalled`,
    (loss ?? 0) > 0 && `${formatShare(loss)} lost`,
    longestInterruptionMs > 0 && `interrupted for ${formatMs(longestInterruptionMs)}`,
    reconnects > 0 && plural(reconnects, 'reconnect'),
  ].filter((part) => part !== false);
  return parts.slice(0, 3).join(', ');
};

/** The worst of a participant, or that it has no impairment. */
export const participantHeadline = (participant: ParticipantHistory): string =>
  capital(problemsText(participant) || 'no impairment');

/** Name, role, room and time of a participant. */
export const participantLead = ({ participant, room, scenario }: ParticipantView): string => {
  const { identity, role, scheduledAt, endedAt } = participant;
  const until = endedAt === null ? '' : ` to ${clock(endedAt)}`;
  return `${identity}, ${role} in room ${room.room} of ${scenario}, from ${clock(scheduledAt)}${until}.`;
};
