import type { Episode, Person } from '@livekit-swarm/analysis';
import { html, type Markup } from '../markup.ts';
import { percent } from './percent.ts';

type Phase = 'joining' | 'in' | 'away' | 'out';

/** A stretch of somebody's stay. */
interface Stretch {
  phase: Phase;
  fromMs: number;
  toMs: number;
}

/** A stay as a strip over the whole run: waiting to get in, in, away, gone. */
export const storyStrip = (person: Person, runMs: number): Markup =>
  html`<svg class="strip" aria-hidden="true"><rect class="run" width="100%" y="35%" height="30%"/>${stretchesOf(
    person,
    runMs,
  ).map(
    ({ phase, fromMs, toMs }) =>
      html`<rect class="${phase}" x="${percent(fromMs, runMs)}" width="${percent(Math.max(toMs - fromMs, runMs / 400), runMs)}" y="20%" height="60%"/>`,
  )}</svg>`;

/** Of every event, so that the compiler asks what a new one changes; null: nothing. */
const TURNS: Record<Episode['event'], Phase | null> = {
  joined: 'in',
  join_retry: null,
  join_failed: 'out',
  first_media: null,
  signal_lost: 'away',
  resumed: 'in',
  reconnected: 'in',
  rejoined: 'in',
  rejoin_retry: null,
  disconnected: 'out',
  left: 'out',
  media_began: null,
  media_lost: null,
  media_back: null,
  worker_started: null,
  worker_died: null,
  server_died: null,
  interrupted: null,
  threshold_crossed: null,
  warning: null,
};

const stretchesOf = ({ dueAt, endedAt, story }: Person, runMs: number): Stretch[] => {
  const stretches: Stretch[] = [];
  let phase: Phase = 'joining';
  let since = Math.max(0, dueAt);
  const turn = (at: number, next: Phase): void => {
    if (phase !== 'out' && at >= since) stretches.push({ phase, fromMs: since, toMs: at });
    phase = next;
    since = at;
  };
  for (const { event, at } of story) {
    const next = TURNS[event];
    if (next !== null && next !== phase) turn(at, next);
  }
  turn(endedAt ?? runMs, 'out');
  return stretches;
};
