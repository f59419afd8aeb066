import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from './cases.ts';
import { pumpCpuSeconds } from './process-costs.ts';
import { type Place, swarmRun } from './swarm-run.ts';
import { withServerElsewhere } from './two-hosts.ts';
import { type FloorHosts, udpFloor } from './udp-floor.ts';

/** What one run cost. */
export interface PacketCost {
  verdict: string;
  cores: number;
  /** CPU per packet of the load generator, and of the floor during the same seconds, µs. */
  micros: number;
  floor: number;
  /** CPU of the pump threads alone per packet of media, of the same seconds, µs. */
  pump: number;
  missing: number;
  /** RSS of all workers, at most. */
  residentBytes: number;
}

/** A server, workers and the first join take this long at most, seconds. */
const START_SECONDS = 4;
/** The floor ends before participants leave. */
const SPARE_SECONDS = 3;
/** Of `--seconds`, so that the floor has some while all participants are connected. */
export const LEAST_SECONDS = 10;

/** @param floorSockets at most: the floor needs cores of its own */
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
