import type { Answer, Readiness } from '@livekit-swarm/ready';
import { formatDuration, formatNumber } from '@livekit-swarm/settings';

export const ANSWER_TEXTS = {
  yes: 'Yes',
  no: 'No',
  unknown: 'Unknown',
} as const satisfies Record<Answer, string>;

/** The question in one sentence. */
export const questionText = ({ url, event }: Pick<Readiness, 'url' | 'event'>): string =>
  `Is ${url} fit for ${formatNumber(event.participants)} participants of ${event.scenario}, ${timeText(event.beginsAtMs)}, for ${formatDuration(event.endsAtMs - event.beginsAtMs)}?`;

/** Time of an event, as on the clock of this host. */
const timeText = (ms: number): string =>
  new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'long',
  }).format(ms);

/** Next steps: the fix of each error, and the need of each unknown check. */
export const nextSteps = ({ checks }: Pick<Readiness, 'checks'>): string[] =>
  checks.flatMap(({ id, outcome, fix, reason }) => {
    if (outcome === 'error') return [`${id}: ${fix ?? ''}`];
    return outcome === 'unknown' ? [`${id}: ${reason ?? ''}`] : [];
  });
