import { killAgentJob } from './agent-faults.ts';
import { changeConfig, rollout, upgrade } from './change-faults.ts';
import type { DescribedFault } from './fault.ts';
import { changeKeys } from './key-faults.ts';
import { certificateExpiry, loadBalancerReload, renewCertificate } from './load-balancer-faults.ts';
import { addNode, removeNode } from './membership-faults.ts';
import { changeDns } from './name-faults.ts';
import { blackhole, delay, jitter, packetLoss, rateLimit, reorder } from './packet-faults.ts';
import {
  drain,
  forcedStop,
  gracefulStop,
  hang,
  kill,
  loadBalancerRestart,
  redisKill,
  restart,
} from './process-faults.ts';
import { redisFailover, redisIsolation } from './redis-failover.ts';
import { redisFlush, redisPartition } from './redis-faults.ts';
import { redisFull } from './redis-memory.ts';
import { redisBackup, redisRestore } from './redis-restore.ts';
import { cpuPressure, memoryPressure } from './resource-faults.ts';
import { clockSkew } from './unavailable-faults.ts';

/** All faults by their names in drills; one line each. */
export const FAULTS: ReadonlyMap<string, DescribedFault> = new Map(
  [
    kill,
    killAgentJob,
    gracefulStop,
    forcedStop,
    restart,
    hang,
    // Before the kill of Redis, after which nodes need seconds to register again.
    redisFlush,
    redisKill,
    redisPartition,
    redisFailover,
    redisIsolation,
    redisFull,
    redisBackup,
    redisRestore,
    loadBalancerRestart,
    loadBalancerReload,
    renewCertificate,
    certificateExpiry,
    drain,
    upgrade,
    changeConfig,
    rollout,
    addNode,
    removeNode,
    changeDns,
    changeKeys,
    blackhole,
    packetLoss,
    delay,
    jitter,
    reorder,
    rateLimit,
    cpuPressure,
    memoryPressure,
    clockSkew,
  ].map((fault): [string, DescribedFault] => [fault.name, fault]),
);
