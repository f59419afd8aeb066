/** What drills are done to: a deployment of LiveKit, wherever it runs. One file each beside this one. */
import type { LinkImpairment } from '@livekit-swarm/scenario';

export type TargetKind = 'process' | 'docker' | 'kubernetes' | 'ssh';

/** What a part of a deployment is. */
export type MemberKind = 'node' | 'redis' | 'balancer' | 'turn';

/** A part of a deployment that faults can be done to. Plain JSON: it goes to the journal. */
export interface Member {
  /** Unique in its target, for people and for the journal: `node-1`, a container's name, `livekit-0`. */
  name: string;
  kind: MemberKind;
  /** LiveKit's own id of a node as it runs now (`ND_…`); null when it does not run, or is no node. Changes at each start. */
  nodeId: string | null;
  /** Where its packets go, for faults of the network; as they are seen where `Target.run` runs. */
  ports: MemberPorts | null;
  /** How a node reaches Redis, so that it alone can be cut from it. Absent where that is not known. */
  redis?: RedisPath;
}

/** What all connections of one node to Redis have in common, and no connection of another; as it is seen where `Target.run` runs. */
export interface RedisPath {
  /** An IPv4 address. Null: any, where only this member's packets pass. */
  address: string | null;
  port: number;
  /** With an address that others use, too: the control group (v2) of the node, from the root: `/system.slice/livekit.service`. */
  cgroup: string | null;
}

export interface MemberPorts {
  /** An IPv4 address or prefix (`127.0.0.0/8`); `0.0.0.0` for all that the machine has. */
  address: string;
  /** First and last UDP port of media. */
  udp: readonly [number, number] | null;
  /** Signalling and ICE over TCP; of Redis and others: what they listen at. */
  tcp: readonly number[];
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** Exit code. */
  code: number;
}

/**
 * A deployment, as far as faults need it. Every call may be made again, and by another process than the one that made the first: heals are.
 * @throws SwarmError where something cannot be done
 */
export interface Target extends AsyncDisposable {
  readonly kind: TargetKind;
  /** For people, without secrets: `lab "drill"`, `containers with swarm.drill=prod-like on /var/run/docker.sock`. */
  readonly label: string;
  /** What `openTarget` needs to find it again. JSON, no secrets. */
  readonly reference: TargetReference;
  /** All parts as they are now. */
  members(): Promise<Member[]>;
  /** Null when it can do this to this part; else why not, in a sentence. */
  lacks(ability: Ability, member: Member): Promise<string | null>;
  /** Sends a signal to its process (or what stands for that: `docker kill --signal`, a pod deleted with grace). */
  signal(
    member: Member,
    signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT',
  ): Promise<void>;
  /** Runs it again as it was configured, and resolves when it is ready. Does nothing when it runs. */
  start(member: Member): Promise<void>;
  /**
   * Runs a program where the member's packets pass and its processes live, as root. Does not throw for what the program says.
   * @throws SwarmError `no-member` where that place is gone for good, and with it whatever was done there
   */
  run(member: Member, argv: readonly string[], input?: string): Promise<CommandResult>;
  /** Process id where `run` runs; null when it does not run. */
  pid(member: Member): Promise<number | null>;
  /** Where packets are not ours to touch, but somebody else's whom one can ask to. Absent: rules are made with `run`. */
  readonly network?: NetworkRequests;
  /** Where parts are put onto machines by somebody who can be asked to empty one. Absent: they stay where they are. */
  readonly machines?: Machines;
  /** Members that were ended and serve again by themselves, since the last call. Absent where nothing comes back by itself. */
  comebacks?(): Comeback[];
}

/**
 * What faults build on. `packets`: nftables, iptables or tc in `run`. `insist`: a second SIGTERM reaches it. `hold`: what was ended stays away until it is
 * started.
 */
export type Ability = 'signal' | 'start' | 'pause' | 'run' | 'packets' | 'insist' | 'hold';

/** As much of a bad link as is wanted. */
export interface LinkTrouble extends Partial<Omit<LinkImpairment, 'rateBps'>> {
  rateBps?: number;
}

/** ApiError with the packets of a member. Everything that is given, at once. */
export interface NetworkTrouble extends LinkTrouble {
  protocol: 'udp' | 'tcp' | 'both';
  /** As the member sees it. */
  direction: 'in' | 'out' | 'both';
  /** Of a rate: one for all that pass, or each participant has it for itself. */
  shared?: boolean;
  /** Only what goes to and comes from Redis. */
  onlyRedis?: boolean;
}

/** Somebody who makes such trouble when asked to. */
export interface NetworkRequests {
  /** Null when it can be asked for; else why not, in a sentence. */
  lacks(member: Member, trouble: NetworkTrouble): Promise<string | null>;
  /** Resolves when it is there. @throws SwarmError `not-available` with what was said */
  request(
    member: Member,
    id: string,
    trouble: NetworkTrouble,
    durationMs: number | null,
  ): Promise<void>;
  /** Resolves when nothing is left of it. May be called again, and when nothing was asked for. @throws SwarmError `not-healed` */
  withdraw(member: Member, id: string): Promise<void>;
}

/** Somebody who puts parts onto machines. */
export interface Machines {
  /** Null when the member's machine can be drained; else why not, in a sentence. */
  lacks(member: Member): Promise<string | null>;
  /** Its machine takes nobody new, and it is asked to leave. Resolves when it has been asked. @throws SwarmError `not-available` */
  drain(member: Member, id: string): Promise<void>;
  /** Machines that were drained under this id are used again. May be called again. */
  undrain(id: string): Promise<void>;
}

/** What became of a part that was ended, without anybody's doing. Times are ms after it was told to end; null: not seen. */
export interface Comeback {
  lost: string;
  /** The same name, where names stay. */
  back: string;
  /** It was gone. */
  terminatedMs: number | null;
  /** Its successor had a machine … */
  scheduledMs: number | null;
  /** … ran there … */
  runningMs: number | null;
  /** … and took traffic: */
  readyMs: number;
  /** at this moment, as performance.now() has it. */
  servingAt: number;
}

/** How a target is found again. `kind` and what its file needs. */
export type TargetReference = { kind: TargetKind } & Record<
  string,
  string | number | boolean | readonly string[]
>;
