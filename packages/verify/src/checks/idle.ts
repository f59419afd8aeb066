import { checkConnectivity } from '@livekit-swarm/exporter';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../check.ts';

/** @param endedAfterMs null: it was still open at the end */
export const idleRule = (endedAfterMs: number | null, why: string, heldMs: number): CheckResult =>
  endedAfterMs === null
    ? passed(`signal connections without messages stayed open for ${heldMs / 1_000} s`)
    : found('error', [
        `a signal connection without messages was closed after ${(endedAfterMs / 1_000).toFixed(1)} s: ${why}`,
      ]);

export const idle: Check = {
  id: 'idle',
  title: 'The proxy keeps an idle signal connection open',
  severities: ['error'],
  cause:
    'A proxy or load balancer closes connections on which nothing passes for a while: users reconnect again and again, above all in the background of a phone',
  fix: 'raise its timeout to an hour. nginx: proxy_read_timeout; haproxy: timeout tunnel; AWS: idle_timeout of the load balancer',
  needs: ['websocket', 'udp'],
  // livekit-server removes participants without media after a minute: these send audio.
  run: async (_facts, { access, idleMs, signal, onRoomsLeft }) => {
    if (idleMs === null) return skipped('takes its time: --idle 90s');
    let began = performance.now();
    const [check] = await checkConnectivity({
      ...{ access, paths: ['direct'], nodes: [], durationMs: idleMs, signal, onRoomsLeft },
      onCheck: () => {
        began = performance.now();
      },
    });
    const tookMs = performance.now() - began;
    if (signal.aborted) return unknown('interrupted');
    if (check === undefined || check.outcome === 'not_offered')
      return unknown('the server offers no media over UDP, without which it removes participants');
    if (check.outcome === 'works') return idleRule(null, '', idleMs);
    const why = check.message ?? check.reason ?? '';
    return check.reason === 'disconnected' ? idleRule(tookMs, why, idleMs) : unknown(why);
  },
};
