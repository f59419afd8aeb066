import { balancerRestart } from './balancer-restart.ts';
import { blackhole } from './blackhole.ts';
import type { DescribedFault } from './fault.ts';
import { forcedStop } from './forced-stop.ts';
import { gracefulStop } from './graceful-stop.ts';
import { hang } from './hang.ts';
import { kill } from './kill.ts';
import { packetLoss } from './packet-loss.ts';
import { redisCut } from './redis-cut.ts';
import { redisKill } from './redis-kill.ts';
import { restart } from './restart.ts';

/** Everything that can go wrong, by the name that drills use. */
export const FAULTS: ReadonlyMap<string, DescribedFault> = new Map(
  [kill, gracefulStop, forcedStop, hang, restart, redisKill, redisCut, balancerRestart, blackhole, packetLoss].map(
    (fault): [string, DescribedFault] => [fault.name, fault],
  ),
);
