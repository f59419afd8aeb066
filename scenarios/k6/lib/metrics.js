import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';

/** From connecting to the JoinResponse. */
export const joinTime = new Trend('livekit_signal_join_time', true);
/** Of all attempts, those that got no JoinResponse; the failed ones have the label `reason`. */
export const joinFailures = new Rate('livekit_signal_join_failures');
export const joins = new Counter('livekit_signal_joins');
/** Of those who were in and whose stay is over, those whom the server sent away or lost; these have the label `reason`. */
export const losses = new Rate('livekit_signal_losses');
/** Round trip of a ping on the signal connection. */
export const pingTime = new Trend('livekit_signal_ping_time', true);

const TELLERS = 3;
const told = new Set();

/** On the console, once for each reason and by a few of the virtual users: what fails a thousand times a second need not be read so often. */
export const tellOnce = (reason, detail) => {
  if (told.has(reason) || exec.vu.idInInstance > TELLERS) return;
  told.add(reason);
  console.warn(`${reason}: ${detail}`);
};
