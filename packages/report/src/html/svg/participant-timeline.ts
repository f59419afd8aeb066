import { type ParticipantHistory, stateIntervals } from '@livekit-swarm/analysis';
import { html, type Markup } from '../markup.ts';
import { percent } from './percent.ts';

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
