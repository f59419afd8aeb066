import {
  isAffected,
  type ParticipantHistories,
  type ParticipantHistory,
  stateIntervals,
} from '@livekit-swarm/analysis';
import { plural } from '@livekit-swarm/settings';
import { formatMs, preciseClock } from '../../../format.ts';
import { html, type Markup, name, percent, untrusted } from '../../../html/markup.ts';
import { eventTone, participantEventText, problemsText } from '../../../participant/phrases.ts';

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
): Markup => html`<details class="participant-timeline"><summary><span class="who">${name(participant.identity)} <small>${name(participant.room)}</small></span>${participantTimeline(participant, runMs)}<span class="what">${problemsText(participant)}</span></summary>
<ol>${participant.events.map(
  (event) =>
    html`<li><time>${preciseClock(event.at)}</time> <span class="${eventTone(event)}">${participantEventText(event)}</span>${
      event.durationMs !== null &&
      html` <span class="dim">after ${formatMs(event.durationMs)}</span>`
    }${(event.message ?? event.reason) !== null && html` <span class="dim">${untrusted(event.message ?? event.reason ?? '')}</span>`}</li>`,
)}${
  participant.interruptions > 0 &&
  html`<li><time></time> ${plural(participant.interruptions, 'media interruption')}, ${formatMs(participant.interruptionMs)} in all, the longest ${formatMs(participant.longestInterruptionMs)}</li>`
}<li><time></time> <a href="#participant=${encodeURIComponent(untrusted(participant.identity).toWellFormed())}">Path, candidates, tracks</a></li></ol></details>`;

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
