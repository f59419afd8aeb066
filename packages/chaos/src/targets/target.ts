/** What drills are done to: a deployment of LiveKit, wherever it runs. One file each beside this one. */
import type { LinkImpairment } from '@livekit-swarm/scenario';

export type PlatformKind = 'process' | 'docker' | 'kubernetes' | 'ssh';

/** What a part of a deployment is. */
export type ComponentKind = 'node' | 'redis' | 'load-balancer' | 'turn';

/** A part of a deployment that faults can be done to. Plain JSON: it goes to the journal. */
export interface Component {
  /** Unique in its target, for people and for the journal: `node-1`, a container's name, `livekit-0`. */
  name: string;
  kind: ComponentKind;
  /** LiveKit's own id of a node as it runs now (`ND_…`); null when it does not run, or is no node. Changes at each start. */
  nodeId: string | null;
  /** Where its packets go, for faults of the network; as they are seen where `Target.run` runs. */
  ports: ComponentPorts | null;
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

export interface ComponentPorts {
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
export interface Platform extends AsyncDisposable {
  readonly kind: PlatformKind;
  /** For people, without secrets: `lab "drill"`, `containers with swarm.drill=prod-like on /var/run/docker.sock`. */
  readonly label: string;
  /** What `openTarget` needs to find it again. JSON, no secrets. */
  readonly reference: PlatformReference;
  /** All parts as they are now. */
  components(): Promise<Component[]>;
  /** Null when it can do this to this part; else why not, in a sentence. */
  missingCapability(ability: Capability, member: Component): Promise<string | null>;
  /** Sends a signal to its process (or what stands for that: `docker kill --signal`, a pod deleted with grace). */
  signal(
    member: Component,
    signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT',
  ): Promise<void>;
  /** Runs it again as it was configured, and resolves when it is ready. Does nothing when it runs. */
  start(member: Component): Promise<void>;
  /**
   * Runs a program where the member's packets pass and its processes live, as root. Does not throw for what the program says.
   * @throws SwarmError `component_not_found` where that place is gone for good, and with it whatever was done there
   */
  run(member: Component, argv: readonly string[], input?: string): Promise<CommandResult>;
  /** Process id where `run` runs; null when it does not run. */
  pid(member: Component): Promise<number | null>;
  /** Where packets are not ours to touch, but somebody else's whom one can ask to. Absent: rules are made with `run`. */
  readonly network?: NetworkFaultController;
  /** Where parts are put onto machines by somebody who can be asked to empty one. Absent: they stay where they are. */
  readonly hosts?: HostScheduler;
  /** Members that were ended and serve again by themselves, since the last call. Absent where nothing comes back by itself. */
  replacements?(): Replacement[];
}

/**
 * What faults build on. `packet_filter`: nftables, iptables or tc in `run`. `second_sigterm`: a second SIGTERM is delivered. `stay_down`: a terminated process stays down until it is
 * started.
 */
export type Capability =
  | 'signal'
  | 'start'
  | 'pause'
  | 'exec'
  | 'packet_filter'
  | 'second_sigterm'
  | 'stay_down';

/** As much of a bad link as is wanted. */
export interface LinkFault extends Partial<Omit<LinkImpairment, 'rateBps'>> {
  rateBps?: number;
}

/** Trouble with the packets of a member. Everything that is given, at once. */
export interface NetworkFault extends LinkFault {
  protocol: 'udp' | 'tcp' | 'both';
  /** As the member sees it. */
  direction: 'in' | 'out' | 'both';
  /** Of a rate: one for all that pass, or each participant has it for itself. */
  shared?: boolean;
  /** Only what goes to and comes from Redis. */
  onlyRedis?: boolean;
}

/** Somebody who makes such trouble when asked to. */
export interface NetworkFaultController {
  /** Null when it can be asked for; else why not, in a sentence. */
  missingCapability(member: Component, trouble: NetworkFault): Promise<string | null>;
  /** Resolves when it is there. @throws SwarmError `fault_unavailable` with what was said */
  request(
    member: Component,
    id: string,
    trouble: NetworkFault,
    durationMs: number | null,
  ): Promise<void>;
  /** Resolves when nothing is left of it. May be called again, and when nothing was asked for. @throws SwarmError `rollback_failed` */
  withdraw(member: Component, id: string): Promise<void>;
}

/** Somebody who puts parts onto machines. */
export interface HostScheduler {
  /** Null when the member's machine can be drained; else why not, in a sentence. */
  missingCapability(member: Component): Promise<string | null>;
  /** Its machine takes nobody new, and it is asked to leave. Resolves when it has been asked. @throws SwarmError `fault_unavailable` */
  drain(member: Component, id: string): Promise<void>;
  /** Machines that were drained under this id are used again. May be called again. */
  undrain(id: string): Promise<void>;
}

/** What became of a part that was ended, without anybody's doing. Times are ms after it was told to end; null: not seen. */
export interface Replacement {
  component: string;
  /** The same name, where names stay. */
  replacement: string;
  /** It was gone. */
  terminatedMs: number | null;
  /** Its successor had a machine … */
  scheduledMs: number | null;
  /** … ran there … */
  runningMs: number | null;
  /** … and took traffic: */
  readyMs: number;
  /** at this moment, as performance.now() has it. */
  readyAt: number;
}

/** How a target is found again. `kind` and what its file needs. */
export type PlatformReference = { kind: PlatformKind } & Record<
  string,
  string | number | boolean | readonly string[]
>;
