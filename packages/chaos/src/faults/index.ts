import { blackhole } from './blackhole.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { clockSkew } from './clock-skew.ts';
import { cpuPressure } from './cpu-pressure.ts';
import { delay } from './delay.ts';
import { drain } from './drain.ts';
import { askedFor } from './effects/requested-traffic.ts';
import type { DescribedFault } from './fault.ts';
import { forcedStop } from './forced-stop.ts';
import { gracefulStop } from './graceful-stop.ts';
import { hang } from './hang.ts';
import { jitter } from './jitter.ts';
import { kill } from './kill.ts';
import { balancerRestart } from './load-balancer-restart.ts';
import { memoryPressure } from './memory-pressure.ts';
import { packetLoss } from './packet-loss.ts';
import { rateLimit } from './rate-limit.ts';
import { redisFlush } from './redis-flush.ts';
import { redisKill } from './redis-kill.ts';
import { redisCut } from './redis-partition.ts';
import { reorder } from './reorder.ts';
import { restart } from './restart.ts';

/** Everything that can go wrong, by the name that drills use. */
export const FAULTS: ReadonlyMap<string, DescribedFault> = new Map(
  [
    kill,
    gracefulStop,
    forcedStop,
    restart,
    hang,
    redisKill,
    redisFlush,
    askedFor(redisCut, () => ({ protocol: 'both', direction: 'both', onlyRedis: true })),
    balancerRestart,
    drain,
    askedFor(blackhole, (traffic) => ({ ...traffic, loss: 1 })),
    askedFor(packetLoss, (params) => params),
    askedFor(delay, ({ delay: delayMs, ...traffic }) => ({ ...traffic, delayMs })),
    askedFor(jitter, ({ jitter: jitterMs, ...traffic }) => ({ ...traffic, jitterMs })),
    askedFor(reorder, ({ share, ...traffic }) => ({ ...traffic, reorder: share })),
    askedFor(rateLimit, ({ rate, queue, ...rest }) => ({ ...rest, rateBps: rate, queueMs: queue })),
    cpuPressure,
    memoryPressure,
    clockSkew,
    certificateExpiry,
  ].map((fault): [string, DescribedFault] => [fault.name, fault]),
);
