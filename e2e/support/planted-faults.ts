/**
 * The faults that are planted into whole runs, on the load generator's side and on the server's. Facts only: `plant-fault.ts` plants
 * them, `planted-faults.measured.test.ts` and `planted-faults.long.test.ts` run each, and docs/planted-faults.md is written from them.
 */
import type { HealthCode, Reason } from '@livekit-swarm/analysis';
import type { ErrorCode, ExitName } from '@livekit-swarm/settings';

interface FaultFacts {
  /** Fault, and the part to which it is applied. */
  planted: string;
  outcome: Extract<ExitName, 'passed' | 'inconclusive' | 'failed' | 'unreachable'>;
  /** Health findings that the run must have; it may have more. */
  findings?: readonly HealthCode[];
  /** Reasons of the verdict that it must have. */
  reasons?: readonly Reason['code'][];
  /** The run does not take place, and this is the error. */
  error?: ErrorCode;
}

/** Faults on the side of the load generator, which are never failures of the server. */
export const GENERATOR_FAULTS = {
  'pump thread panics': {
    planted: 'a panic in the work of one peer connection, three seconds into the run',
    outcome: 'inconclusive',
    findings: ['engine_error'],
  },
  'pump thread hangs': {
    planted: 'an endless loop in a pump thread, three seconds into the run',
    outcome: 'inconclusive',
    findings: ['engine_stuck'],
  },
  'process killed': {
    planted: 'SIGKILL to one of two worker processes',
    outcome: 'inconclusive',
    findings: ['process_died'],
  },
  'process out of memory': {
    planted:
      'a process in the memory control group of the generator allocates beyond its limit; the kernel ends a worker process',
    outcome: 'inconclusive',
    findings: ['process_died'],
  },
  'process stopped for 5 s': {
    planted: 'SIGSTOP to a worker process, SIGCONT after 5 s',
    outcome: 'inconclusive',
    findings: ['process_paused'],
  },
  'process stopped for 30 s': {
    planted: 'SIGSTOP to a worker process, SIGCONT after 30 s',
    outcome: 'inconclusive',
    findings: ['process_paused'],
  },
  'generator stopped for 30 s': {
    planted:
      'SIGSTOP to the coordinator and all worker processes, SIGCONT after 30 s; fewer than 5 % of the samples are late',
    outcome: 'inconclusive',
    findings: ['process_paused'],
  },
  'clock set forward by 30 s': {
    planted: 'the wall clock of coordinator and worker processes is set 30 s ahead during the run',
    outcome: 'inconclusive',
    findings: ['clock_stepped'],
  },
  'clock set back by 30 s': {
    planted:
      'the wall clock of coordinator and worker processes is set back by 30 s during the run',
    outcome: 'inconclusive',
    findings: ['clock_stepped'],
  },
  'clock set forward by 90 s while participants join': {
    planted: 'the same by 90 s, early in a ramp of 40 s: further than servers tolerate of tokens',
    outcome: 'inconclusive',
    findings: ['clock_stepped'],
  },
  'clock set back by 90 s while participants join': {
    planted: 'the same, back by 90 s',
    outcome: 'inconclusive',
    findings: ['clock_stepped'],
  },
  'clock set forward by 15 min while participants join': {
    planted: 'the same by 15 min, in a ramp of 60 s',
    outcome: 'inconclusive',
    findings: ['clock_stepped'],
  },
  'clock set back by 15 min while participants join': {
    planted: 'the same, back by 15 min: longer than tokens are valid',
    outcome: 'inconclusive',
    findings: ['clock_stepped'],
  },
  'clock wrong by 5 min from the start': {
    planted: 'the wall clock of the coordinator is 5 min ahead of that of the server',
    outcome: 'inconclusive',
    error: 'clock_wrong',
  },
  'CPU quota of a tenth': {
    planted:
      'the worker process in a control group with a tenth of the CPU time that it used before',
    outcome: 'inconclusive',
    findings: ['late_sends'],
  },
  'receive buffers of 8 KiB': {
    planted: 'sockets get 8 KiB of receive buffer, whatever they ask for (net.core.rmem_max)',
    outcome: 'inconclusive',
    findings: ['socket_drops'],
  },
  'sends refused by the firewall': {
    planted:
      'nftables drops half of the UDP packets that the generator sends, where it sends (EPERM)',
    outcome: 'inconclusive',
    findings: ['send_errors'],
  },
  'all sends refused by the firewall': {
    planted:
      'the same for all UDP packets from the sixth second on, until the server has dropped the participants',
    outcome: 'inconclusive',
    findings: ['send_errors'],
  },
  'all media refused by the firewall': {
    planted: 'nftables drops all UDP packets that the generator sends, from the start (EPERM)',
    outcome: 'inconclusive',
    findings: ['no_socket'],
  },
  'connection tracking full': {
    planted:
      'nftables drops UDP packets of connections beyond the first that it tracks, as the kernel does when its table is full (EPERM); its limit is one for the whole host, so the test does not lower it',
    outcome: 'inconclusive',
    findings: ['no_socket'],
  },
  'interface down': {
    planted: 'ip link set eth0 down on the generator',
    outcome: 'inconclusive',
    findings: ['send_errors'],
  },
  'some name lookups fail': {
    planted:
      'a DNS server that answers the preflight and the first worker process, and SERVFAIL then',
    outcome: 'inconclusive',
    findings: ['dns_failed'],
  },
  'all name lookups fail': {
    planted: 'a DNS server that answers SERVFAIL',
    outcome: 'inconclusive',
    error: 'dns_failed',
  },
  'media in an address family without a route': {
    planted:
      'a generator with IPv6 only; the server is reached by IPv6, its media addresses are IPv4',
    outcome: 'inconclusive',
    findings: ['no_route'],
  },
  'file descriptors exhausted': {
    planted:
      'prlimit takes all unused file descriptors from a worker process while participants join',
    outcome: 'inconclusive',
    findings: ['no_socket'],
  },
  'disk full': {
    planted: 'the record on a file system of 16 KiB',
    outcome: 'inconclusive',
    error: 'record_not_written',
  },
  'disk full while participants leave': {
    planted:
      'the last write of the record fails: the run has ended, its results are not on the disk',
    outcome: 'inconclusive',
    error: 'record_not_written',
  },
  'embedded server killed': {
    planted: 'SIGKILL to the embedded server from another process',
    outcome: 'inconclusive',
    findings: ['server_killed'],
  },
  'embedded server asked to stop': {
    planted: 'two SIGTERM to the embedded server from another process',
    outcome: 'inconclusive',
    findings: ['server_killed'],
  },
  'guard of the embedded server killed': {
    planted: 'SIGKILL to the guard; the kernel ends the server with it',
    outcome: 'inconclusive',
    findings: ['server_killed'],
  },
} as const satisfies Record<string, FaultFacts>;

/** The same on the side of the deployment: a failure, or a deployment that cannot be reached; never inconclusive. */
export const SERVER_FAULTS = {
  'server crashes': {
    planted: "SIGABRT to the embedded server: Go's runtime ends it as after a panic",
    outcome: 'failed',
    reasons: ['server_died'],
  },
  'server out of memory': {
    planted:
      'a process in the memory control group of the embedded server allocates beyond its limit; the kernel ends the server',
    outcome: 'failed',
    reasons: ['server_died'],
  },
  'server stopped for 30 s': {
    planted: 'SIGSTOP to the server for the last 30 s',
    outcome: 'failed',
    reasons: ['threshold_crossed'],
  },
  'server with a CPU quota of a twentieth': {
    planted: 'the server in a control group with a twentieth of a core',
    outcome: 'failed',
    reasons: ['threshold_crossed'],
  },
  'packets dropped by the firewall of the server': {
    planted: 'nftables on the server drops four in ten of the UDP packets that arrive',
    outcome: 'failed',
    reasons: ['threshold_crossed'],
  },
  'media port refused': {
    planted: "nftables on the server rejects UDP with 'port unreachable'",
    outcome: 'unreachable',
    reasons: ['no_participant_joined'],
  },
  'signalling port refused': {
    planted: 'no process listens on the port of the deployment',
    outcome: 'unreachable',
    error: 'unreachable',
  },
  'file descriptors of the server exhausted': {
    planted: 'prlimit takes all unused file descriptors from the server while participants join',
    outcome: 'failed',
    reasons: ['threshold_crossed'],
  },
  'name unknown': {
    planted: 'a DNS server that answers NXDOMAIN',
    outcome: 'unreachable',
    error: 'unreachable',
  },
  'media in the other address family': {
    planted:
      'a generator with IPv4 and IPv6; the server is reached by IPv4, its media addresses are IPv6: media follows them',
    outcome: 'passed',
  },
  'IPv6 packets dropped on the way': {
    planted:
      'both sides have IPv4 and IPv6; nftables drops the IPv6 UDP packets that arrive at the server: media uses IPv4',
    outcome: 'passed',
  },
  'IPv4 packets dropped on the way': {
    planted: 'the same with IPv4: media uses IPv6',
    outcome: 'passed',
  },
} as const satisfies Record<string, FaultFacts>;

export type GeneratorFault = keyof typeof GENERATOR_FAULTS;
export type ServerFault = keyof typeof SERVER_FAULTS;
export type PlantedFault = GeneratorFault | ServerFault;

/** Facts by name, all of one type. */
export const factsOf = (faults: Readonly<Record<string, FaultFacts>>): [string, FaultFacts][] =>
  Object.entries(faults);

/** The faults that stand for the others where there is no time for all. */
export const OFTEN_PLANTED: ReadonlySet<string> = new Set<PlantedFault>([
  'pump thread panics',
  'process killed',
  'CPU quota of a tenth',
  'sends refused by the firewall',
  'embedded server killed',
  'server crashes',
  'packets dropped by the firewall of the server',
  'signalling port refused',
]);
