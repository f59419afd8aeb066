import { blackhole } from './blackhole.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { clockSkew } from './clock-skew.ts';
import { cpuPressure } from './cpu-pressure.ts';
import { delay } from './delay.ts';
import { drain } from './drain.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';
import type { DescribedFault } from './fault.ts';
import { forcedStop } from './forced-stop.ts';
import { gracefulStop } from './graceful-stop.ts';
import { hang } from './hang.ts';
import { jitter } from './jitter.ts';
import { kill } from './kill.ts';
import { loadBalancerRestart } from './load-balancer-restart.ts';
import { memoryPressure } from './memory-pressure.ts';
import { packetLoss } from './packet-loss.ts';
import { rateLimit } from './rate-limit.ts';
import { redisFlush } from './redis-flush.ts';
import { redisKill } from './redis-kill.ts';
import { redisPartition } from './redis-partition.ts';
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
    requestedTraffic(redisPartition, () => ({
      protocol: 'both',
      direction: 'both',
      onlyRedis: true,
    })),
    loadBalancerRestart,
    drain,
    requestedTraffic(blackhole, (traffic) => ({ ...traffic, loss: 1 })),
    requestedTraffic(packetLoss, (params) => params),
    requestedTraffic(delay, ({ delay: delayMs, ...traffic }) => ({ ...traffic, delayMs })),
    requestedTraffic(jitter, ({ jitter: jitterMs, ...traffic }) => ({ ...traffic, jitterMs })),
    requestedTraffic(reorder, ({ share, ...traffic }) => ({ ...traffic, reorder: share })),
    requestedTraffic(rateLimit, ({ rate, queue, ...rest }) => ({
      ...rest,
      rateBps: rate,
      queueMs: queue,
    })),
    cpuPressure,
    memoryPressure,
    clockSkew,
    certificateExpiry,
  ].map((fault): [string, DescribedFault] => [fault.name, fault]),
);
