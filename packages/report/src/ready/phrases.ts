import type { Readiness } from '@livekit-swarm/ready';
import { formatDuration, formatNumber } from '@livekit-swarm/settings';

/** The question in one sentence. */
export const questionText = ({ url, event }: Pick<Readiness, 'url' | 'event'>): string =>
  `Is ${url} fit for ${formatNumber(event.participants)} participants of ${event.scenario}, ${timeText(event.beginsAtMs)}, for ${formatDuration(event.endsAtMs - event.beginsAtMs)}?`;

/** Time of an event, as on the clock of this host. */
const timeText = (ms: number): string =>
  new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'long',
  }).format(ms);
