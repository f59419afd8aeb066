import type { EventLine } from '@livekit-swarm/record';
import type { Span } from './span.ts';

/** Failed attempt, as an event of the root. */
type Attempt = Span['events'][number];

/** Failed attempts, of which a span has no more than the last ones. */
export interface Attempts {
  last: Attempt[];
  /** Number of those before. */
  dropped: number;
}

/** Default of OpenTelemetry for the events of a span. A rejoin may be tried for hours. */
const MOST = 128;

export const noAttempts = (): Attempts => ({ last: [], dropped: 0 });

export const addAttempt = (attempts: Attempts, atMs: number, line: EventLine): void => {
  attempts.last.push(attemptOf(atMs, line));
  if (attempts.last.length <= MOST) return;
  attempts.last.shift();
  attempts.dropped++;
};

export const countOf = ({ last, dropped }: Attempts): number => last.length + dropped;

const attemptOf = (atMs: number, line: EventLine): Attempt => ({
  name: line.event,
  atMs,
  attributes: {
    ...(line.attempt !== undefined && { 'livekit_swarm.attempt': line.attempt }),
    'error.type': line.reason ?? '_OTHER',
    ...(line.message !== undefined && { 'error.message': line.message }),
  },
});
