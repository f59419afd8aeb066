import {
  isAffected,
  type ParticipantEvent,
  type ParticipantHistories,
  type ParticipantHistory,
  stateIntervals,
} from '@livekit-swarm/analysis';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatMs, formatShare, preciseClock } from '../../../format.ts';
import { html, type Markup, name, percent, untrusted } from '../../../html/markup.ts';
import { outcomeText } from '../../tables.ts';

const MAX_TIMELINES = 12;

/** Events of the most affected participants, as strips and as lists. */
export const timelineSection = (
  { participants }: ParticipantHistories,
  runMs: number,
): Markup | null => {
  const shown = participants
    .filter((participant) => isAffected(participant) && participant.events.length > 0)
    .slice(0, MAX_TIMELINES);
  if (shown.length === 0) return null;
  return html`<div class="card"><h3>${shown.length === 1 ? 'Timeline of the most affected participant' : `Timelines of the ${shown.length} most affected participants`}</h3>
<p class="note key"><span class="joining">joining</span> <span class="connected">connected</span> <span class="reconnecting">reconnecting</span> <span class="disconnected">disconnected</span></p>
<div class="timelines">${shown.map((participant) => timeline(participant, runMs))}</div></div>`;
};

const timeline = (
  participant: ParticipantHistory,
  runMs: number,
): Markup => html`<details class="participant-timeline"><summary><span class="who">${name(participant.identity)} <small>${name(participant.room)}</small></span>${participantTimeline(participant, runMs)}<span class="what">${summaryOf(participant)}</span></summary>
<ol>${participant.events.map(
  (event) =>
    html`<li><time>${preciseClock(event.at)}</time> <span class="${toneOf(event)}">${EVENTS[event.event] ?? event.event}</span>${
      event.durationMs !== null &&
      html` <span class="dim">after ${formatMs(event.durationMs)}</span>`
    }${(event.message ?? event.reason) !== null && html` <span class="dim">${untrusted(event.message ?? event.reason ?? '')}</span>`}</li>`,
)}${
  participant.interruptions > 0 &&
  html`<li><time></time> ${plural(participant.interruptions, 'media interruption')}, ${formatMs(participant.interruptionMs)} in all, the longest ${formatMs(participant.longestInterruptionMs)}</li>`
}</ol></details>`;

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

const toneOf = ({ event }: ParticipantEvent): string =>
  event === 'join_failed' || event === 'disconnected' || event === 'signal_lost'
    ? 'bad'
    : event === 'join_retry' || event === 'rejoin_retry' || event === 'agent_lost'
      ? 'unsure'
      : '';

/** Problems of a participant, most severe first. */
const summaryOf = (participant: ParticipantHistory): string => {
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

/** States that are drawn; a session that has ended leaves the line empty. */
const DRAWN: ReadonlySet<string> = new Set(['joining', 'connected', 'reconnecting']);

/** The states of a participant over the whole run, as a strip. */
export const participantTimeline = (participant: ParticipantHistory, runMs: number): Markup =>
  html`<svg class="strip" aria-hidden="true"><rect class="run" width="100%" y="35%" height="30%"/>${stateIntervals(
    participant,
    runMs,
  )
    .filter(({ state }) => DRAWN.has(state))
    .map(
      ({ state, fromMs, toMs }) =>
        html`<rect class="${state}" x="${percent(fromMs, runMs)}" width="${percent(Math.max(toMs - fromMs, runMs / 400), runMs)}" y="20%" height="60%"/>`,
    )}</svg>`;
