import { blackhole } from './blackhole.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { clockSkew } from './clock-skew.ts';
import { cpuPressure } from './cpu-pressure.ts';
import { delay } from './delay.ts';
import { drain } from './drain.ts';
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

/** Every fault, by the name that drills use: one file each, and one line here. */
export const FAULTS: ReadonlyMap<string, DescribedFault> = new Map(
  [
    kill,
    gracefulStop,
    forcedStop,
    restart,
    hang,
    redisKill,
    redisFlush,
    redisPartition,
    loadBalancerRestart,
    drain,
    blackhole,
    packetLoss,
    delay,
    jitter,
    reorder,
    rateLimit,
    cpuPressure,
    memoryPressure,
    clockSkew,
    certificateExpiry,
  ].map((fault): [string, DescribedFault] => [fault.name, fault]),
);
