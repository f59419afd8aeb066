import { formatClock } from './format.ts';

/** Unix ms of the start of the run while wall-clock time is shown; null: time since the start. */
let startedAtMs: number | null = null;

/** Shows times of day in the charts from now on; null: times since the start, as in a report. */
export const showWallClock = (start: number | null): void => {
  startedAtMs = start;
};

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** A moment of the run as the reader wants it. @param seconds after its start */
export const formatMoment = (seconds: number): string =>
  startedAtMs === null ? formatClock(seconds) : TIME.format(startedAtMs + seconds * 1_000);
