import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from './cases.ts';
import { pumpCpuSeconds } from './process-costs.ts';
import { type Place, swarmRun } from './swarm-run.ts';
import { withServerElsewhere } from './two-hosts.ts';
import { type FloorHosts, udpFloor } from './udp-floor.ts';

/** Costs of one run. */
export interface PacketCost {
  verdict: string;
  cores: number;
  /** CPU per packet of the load generator, and of the floor during the same seconds, µs. */
  micros: number;
  floor: number;
  /** CPU of the pump threads alone per packet of media, in the same seconds, µs. */
  pump: number;
  missing: number;
  /** Highest RSS of all workers, bytes. */
  residentBytes: number;
}

/** Longest time for a server, workers and the first join to start, s. */
const START_SECONDS = 4;
/** Time by which the floor ends before participants leave, s. */
const SPARE_SECONDS = 3;
/** Smallest `--seconds`, so that the floor has time while all participants are connected. */
export const LEAST_SECONDS = 10;

/** @param floorSockets largest number of sockets of the floor, which needs its own cores */
export const packetCost = (
  one: Case,
  seconds: number,
  floorSockets = Number.POSITIVE_INFINITY,
): Promise<PacketCost> =>
  one.network === 'veth'
    ? withServerElsewhere((place, hosts) => measure(one, seconds, floorSockets, place, hosts))
    : measure(one, seconds, floorSockets);

const measure = async (
  { flags, participants, joinRate, network: _, ...load }: Case,
  seconds: number,
  floorSockets: number,
  place?: Place,
  hosts?: FloorHosts,
): Promise<PacketCost> => {
  let pid = -1;
  const crowd = swarmRun([...flags, '--duration', `${seconds}s`], place, (started) => {
    pid = started;
  });
  const sockets = Math.min(participants, floorSockets);
  const everybodyIn = sleep((START_SECONDS + participants / joinRate) * 1_000);
  const beside = everybodyIn.then(async () => {
    const [before, from] = [pumpCpuSeconds(pid), performance.now()];
    const floor = await udpFloor({
      ...load,
      sockets,
      threads: Math.ceil(sockets / 500),
      seconds: seconds - START_SECONDS - SPARE_SECONDS,
      ...(hosts && { hosts }),
    });
    const elapsed = (performance.now() - from) / 1_000;
    const packets = participants * (load.sendRate + load.receiveRate) * elapsed;
    return { floor, pump: ((pumpCpuSeconds(pid) - before) * 1e6) / packets };
  });
  const [{ verdict, reasons, generator, tracks }, { floor, pump }] = await Promise.all([
    crowd,
    beside,
  ]);
  const { cpuCores: cpu, cpuMicrosPerPacket: micros } = generator;
  if (micros === null || cpu.avg === null)
    throw new Error(`nothing was measured: ${verdict} ${reasons.join('; ')}`);
  const residentBytes = generator.residentBytes ?? Number.NaN;
  return { verdict, cores: cpu.avg, micros, floor, pump, missing: tracks.missing, residentBytes };
};
