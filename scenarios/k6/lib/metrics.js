import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';

/** Time from connecting to the JoinResponse, ms. */
export const joinTime = new Trend('livekit_signal_join_time', true);
/** Share of attempts without a JoinResponse; failed ones have the label `reason`. */
export const joinFailures = new Rate('livekit_signal_join_failures');
export const joins = new Counter('livekit_signal_joins');
/** Share of ended stays that the server ended or lost; these have the label `reason`. */
export const losses = new Rate('livekit_signal_losses');
/** Round trip of a ping on the signal connection, ms. */
export const pingTime = new Trend('livekit_signal_ping_time', true);

const WARNING_VUS = 3;
const warned = new Set();

/**
 * Warns on the console, once per reason and only from the first virtual users: a failure may occur
 * a thousand times per second.
 */
export const warnOnce = (reason, detail) => {
  if (warned.has(reason) || exec.vu.idInInstance > WARNING_VUS) return;
  warned.add(reason);
  console.warn(`${reason}: ${detail}`);
};
