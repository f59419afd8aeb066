import { maxParticipants, type Plan, type PlanLoad, planLoad } from '@livekit-swarm/scenario';
import { plural, type SwarmError, usageError } from '@livekit-swarm/settings';
import type { Costs } from './costs.ts';
import { DESCRIPTORS_PER_WORKER, type SocketNeed, type SystemLimits } from './descriptors.ts';

/** Number of worker processes that host the participants, and number of pump threads of each. */
export interface WorkerAllocation {
  workers: number;
  threads: number;
}

export interface WorkerAllocationRequest {
  plan: Plan;
  /** Load of the plan, if it is known already. */
  load?: PlanLoad;
  /** Usable cores. */
  cores: number;
  /** Number of hosts, each with at least one worker. Default: 1. */
  hosts?: number;
  /** Requested number of workers; null: automatic. */
  workers: number | null;
  need: SocketNeed;
  limits: SystemLimits;
  /**
   * True if the server runs on this host: it has the same limits, and one connection for each
   * participant.
   */
  embedded: boolean;
  /** Costs of packets and joins on this host; default: costs on a slow host. */
  costs?: Costs;
}

/**
 * Number of participants whose joins, pings and negotiation one event loop handles with a reserve.
 */
const PARTICIPANTS_PER_WORKER = 500;
/**
 * Packets that one pump thread handles with a reserve, sent and received per second: half a core at
 * 10 µs a packet, on a slow host.
 */
const PACKETS_PER_THREAD = 60_000;
/** Joins that one event loop handles with a reserve, per second: each takes about 5 ms. */
const JOINS_PER_WORKER = 100;
/** Share of a core that a thread may need and still be on time. */
const THREAD_SHARE = 0.6;
/**
 * Largest number of address families: a PeerConnection has a UDP socket for each family of the
 * server's candidates; an embedded server has one.
 */
const ADDRESS_FAMILIES = 2;
/** Time within which a participant has closed its sockets after leaving, ms. */
const LINGER_MS = 2_000;

/**
 * Largest number of participants that have sockets at the same time, for which descriptors and
 * ports must suffice.
 */
export const maxConcurrent = ({ participants }: Pick<Plan, 'participants'>): number =>
  maxParticipants(participants, LINGER_MS);

/**
 * Chooses the number of processes and threads for a plan: enough for the packets and the event
 * loops, but at most one for each core unless descriptors require more. The number depends on the
 * highest load, not on the number of all participants.
 * @throws SwarmError `usage` if a limit of this host is too low, with the limit, the need, and how
 * to raise it
 */
export const allocateWorkers = (request: WorkerAllocationRequest): WorkerAllocation => {
  const { plan, cores, hosts = 1, need, limits, embedded, load = planLoad(plan) } = request;
  const participants = maxConcurrent(plan);
  checkPorts(request, participants);
  checkServer(request, participants);
  const { packetsUp, packetsDown } = load.most(0, plan.endAtMs);
  const costs = request.costs?.generator;
  const pumps =
    costs === undefined
      ? (packetsUp + packetsDown) / PACKETS_PER_THREAD
      : (packetsUp * costs.secondsPerPacketUp + packetsDown * costs.secondsPerPacketDown) /
        THREAD_SHARE;
  const eventLoops =
    costs === undefined
      ? load.joinsPerSecond / JOINS_PER_WORKER
      : (load.joinsPerSecond * costs.secondsPerJoin) / THREAD_SHARE;
  const forPackets = Math.ceil(pumps);
  const forJoins = Math.ceil(eventLoops);
  const wanted = Math.max(
    1,
    Math.ceil(participants / PARTICIPANTS_PER_WORKER),
    forPackets,
    forJoins,
  );
  const perParticipant = need.udp * (embedded ? 1 : ADDRESS_FAMILIES) + need.tcp;
  const fitting = Math.floor((limits.openFiles - DESCRIPTORS_PER_WORKER) / perParticipant);
  if (fitting < 1) throw tooFewFiles(request, 1, DESCRIPTORS_PER_WORKER + perParticipant);
  const forFiles = Number.isFinite(fitting) ? Math.ceil(participants / fitting) : 1;
  // A quota may leave a fraction of a core.
  const workers =
    request.workers ?? Math.max(Math.min(wanted, Math.max(1, Math.floor(cores))), forFiles, hosts);
  if (workers < forFiles) {
    throw tooFewFiles(
      request,
      workers,
      DESCRIPTORS_PER_WORKER + Math.ceil(participants / workers) * perParticipant,
      forFiles,
    );
  }
  const hosting = Math.min(workers, participants);
  const threads = Math.min(Math.ceil(wanted / hosting), Math.max(1, Math.floor(cores / hosting)));
  return { workers: hosting, threads };
};

const checkPorts = ({ need, limits }: WorkerAllocationRequest, participants: number): void => {
  const ports = participants * Math.max(need.udp, need.tcp);
  if (ports <= limits.localPorts) return;
  throw usageError(
    `${participants} participants at a time need up to ${ports} local ports, but this host gives out ${limits.localPorts} (net.ipv4.ip_local_port_range)`,
    `sysctl -w net.ipv4.ip_local_port_range="1024 65535", --signalling v1 (one port each instead of two), or at most ${Math.floor(limits.localPorts / Math.max(need.udp, need.tcp))} participants`,
  );
};

const checkServer = ({ limits, embedded }: WorkerAllocationRequest, participants: number): void => {
  const needed = participants + DESCRIPTORS_PER_WORKER;
  if (!embedded || needed <= limits.openFiles) return;
  throw usageError(
    `the embedded server needs ${needed} file descriptors for ${participants} participants at a time, but the hard limit is ${limits.openFiles}`,
    `${RAISE}, or run the load generator on another host with --url`,
  );
};

const tooFewFiles = (
  { limits }: WorkerAllocationRequest,
  workers: number,
  needed: number,
  enough?: number,
): SwarmError =>
  usageError(
    `${plural(workers, 'process', 'processes')} would need ${needed} file descriptors each, but the hard limit is ${limits.openFiles}`,
    enough === undefined ? RAISE : `use --processes ${enough} or more, or ${RAISE}`,
  );

const RAISE =
  'raise it (ulimit -Hn as root, LimitNOFILE= of a systemd unit, --ulimit nofile= of docker run)';
