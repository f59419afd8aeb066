import { expectedPackets, largestVideo, type Plan, UsageError } from '@livekit-swarm/core';
import { DESCRIPTORS_OF_A_WORKER, type SocketNeed, type SystemLimits } from './descriptors.ts';

/** How many processes host a crowd, and with how many pump threads each. */
export interface Staffing {
  workers: number;
  threads: number;
}

export interface StaffingRequest {
  plan: Plan;
  /** Cores that may be used. */
  cores: number;
  /** As the user said; null lets us choose. */
  workers: number | null;
  need: SocketNeed;
  limits: SystemLimits;
  /** Whether the server runs beside us: it has the same limits and one connection for each participant. */
  embedded: boolean;
}

/** Joins, pings and negotiation of this many keep one event loop comfortable. */
const PARTICIPANTS_PER_WORKER = 500;
/** Packets a second, both ways, that one pump thread carries with room to spare: half a core at 10 µs a packet, on a slow machine. */
const PACKETS_PER_THREAD = 60_000;

/**
 * Chooses processes and threads for a plan: enough for the packets and for the event loops, at most one a core unless descriptors ask for more.
 * @throws UsageError when this machine's limits cannot hold the crowd: what, how much, and how to raise it
 */
export const chooseStaffing = (request: StaffingRequest): Staffing => {
  const { plan, cores, need, limits } = request;
  const crowd = plan.participants.length;
  checkPorts(request);
  checkServer(request);
  const packets = plan.participants.reduce((sum, one) => sum + expectedPackets(one, largestVideo(plan)), 0);
  const forPackets = Math.ceil(packets / PACKETS_PER_THREAD);
  const wanted = Math.max(1, Math.ceil(crowd / PARTICIPANTS_PER_WORKER), forPackets);
  const perParticipant = need.udp + need.tcp;
  const fitting = Math.floor((limits.openFiles - DESCRIPTORS_OF_A_WORKER) / perParticipant);
  if (fitting < 1) throw tooFewFiles(request, 1, DESCRIPTORS_OF_A_WORKER + perParticipant);
  const forFiles = Number.isFinite(fitting) ? Math.ceil(crowd / fitting) : 1;
  const workers = request.workers ?? Math.max(Math.min(wanted, cores), forFiles);
  if (workers < forFiles) {
    throw tooFewFiles(request, workers, DESCRIPTORS_OF_A_WORKER + Math.ceil(crowd / workers) * perParticipant, forFiles);
  }
  const hosting = Math.min(workers, crowd);
  const threads = Math.min(Math.ceil(wanted / hosting), Math.max(1, Math.floor(cores / hosting)));
  return { workers: hosting, threads };
};

const checkPorts = ({ plan, need, limits }: StaffingRequest): void => {
  const ports = plan.participants.length * Math.max(need.udp, need.tcp);
  if (ports <= limits.localPorts) return;
  throw new UsageError(
    `${plan.participants.length} participants need up to ${ports} local ports, but this machine gives out ${limits.localPorts} (net.ipv4.ip_local_port_range)`,
    `sysctl -w net.ipv4.ip_local_port_range="1024 65535", --signalling v1 (one port each instead of two), or at most ${Math.floor(limits.localPorts / Math.max(need.udp, need.tcp))} participants`,
  );
};

const checkServer = ({ plan, limits, embedded }: StaffingRequest): void => {
  const needed = plan.participants.length + DESCRIPTORS_OF_A_WORKER;
  if (!embedded || needed <= limits.openFiles) return;
  throw new UsageError(
    `the embedded server needs ${needed} file descriptors for ${plan.participants.length} participants, but the hard limit is ${limits.openFiles}`,
    `${RAISE}, or send the crowd to another machine with --url`,
  );
};

const tooFewFiles = ({ limits }: StaffingRequest, workers: number, needed: number, enough?: number): UsageError =>
  new UsageError(
    `${workers} worker${workers === 1 ? '' : 's'} would need ${needed} file descriptors each, but the hard limit is ${limits.openFiles}`,
    enough === undefined ? RAISE : `use --workers ${enough} or more, or ${RAISE}`,
  );

const RAISE = 'raise it (ulimit -Hn as root, LimitNOFILE= of a systemd unit, --ulimit nofile= of docker run)';
