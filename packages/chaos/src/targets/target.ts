/** What drills are done to: a deployment of LiveKit, wherever it runs. One file each beside this one. */

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
 * @throws ChaosError where something cannot be done
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
  signal(member: Member, signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Runs it again as it was configured, and resolves when it is ready. Does nothing when it runs. */
  start(member: Member): Promise<void>;
  /**
   * Runs a program where the member's packets pass and its processes live, as root. Does not throw for what the program says.
   * @throws ChaosError `no-member` where that place is gone for good, and with it whatever was done there
   */
  run(member: Member, argv: readonly string[], input?: string): Promise<CommandResult>;
  /** Process id where `run` runs; null when it does not run. */
  pid(member: Member): Promise<number | null>;
}

/** What faults build on. `packets`: nftables, iptables or tc in `run`. */
export type Ability = 'signal' | 'start' | 'pause' | 'run' | 'packets';

/** How a target is found again. `kind` and what its file needs. */
export type TargetReference = { kind: TargetKind } & Record<string, string | number | boolean | readonly string[]>;
