import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentAt, isJoin, joinBySignal } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../check.ts';

const TIMEOUT_MS = 6_000;

/**
 * Result of the check.
 * @param endedAfterMs time until the connection ended, ms; null: it was still open at the end
 */
export const idleRule = (endedAfterMs: number | null, why: string, heldMs: number): CheckResult =>
  endedAfterMs === null
    ? passed(`a signal connection without messages stayed open for ${heldMs / 1_000} s`)
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
  needs: ['websocket'],
  run: async ({ makeRoom, tokenFor }, { access, idleMs, signal }) => {
    if (idleMs === null) return skipped('takes its time: --idle 50s');
    const room = await makeRoom();
    const joined = await joinBySignal(
      deploymentAt(access.url, 'v0'),
      tokenFor(room, 'swarm-verify-idle'),
      TIMEOUT_MS,
    );
    if (!isJoin(joined)) return unknown(joined.message);
    const began = performance.now();
    const over = new AbortController();
    const ended = await Promise.race([
      joined.ended,
      sleep(idleMs, null, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => null),
    ]);
    over.abort();
    const tookMs = performance.now() - began;
    joined.connection.close();
    if (signal.aborted) return unknown('interrupted');
    return idleRule(ended === null ? null : tookMs, ended?.message ?? '', idleMs);
  },
};
