/** A deployment of LiveKit on some platform; one file per platform in this folder. */
import type { LinkImpairment } from '@livekit-swarm/scenario';

export type PlatformKind = 'process' | 'docker' | 'kubernetes' | 'ssh';

/** The kind of a component. */
export type ComponentKind = 'node' | 'redis' | 'load-balancer' | 'turn';

/** A part of a deployment that faults are injected into. Plain JSON: it is in the journal. */
export interface Component {
  /** Unique in its deployment: `node-1`, a container's name, `livekit-0`. */
  name: string;
  kind: ComponentKind;
  /** LiveKit's ID of a node (`ND_…`), which changes at each start. Null: not a node, or it does not run. */
  nodeId: string | null;
  /** For network faults; as seen where `Platform.run` runs. */
  ports: ComponentPorts | null;
  /** How a node reaches Redis. Absent: not known. */
  redis?: RedisPath;
}

/** What all connections of one node to Redis have in common, and no other has; as seen where `Platform.run` runs. */
export interface RedisPath {
  /** IPv4 address. Null: any, where only packets of this component pass. */
  address: string | null;
  port: number;
  /** For an address that others use, too: the node's cgroup (v2), from the root: `/system.slice/livekit.service`. */
  cgroup: string | null;
}

export interface ComponentPorts {
  /** IPv4 address or prefix (`127.0.0.0/8`); `0.0.0.0` for all of the host. */
  address: string;
  /** First and last UDP port of media. */
  udp: readonly [number, number] | null;
  /** Signalling and ICE over TCP; of other components, the ports at which they listen. */
  tcp: readonly number[];
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** Exit code. */
  code: number;
}

/**
 * A deployment, as far as faults need it. Every call may be repeated, also by another process:
 * rollbacks are.
 * @throws SwarmError where something is not possible
 */
export interface Platform extends AsyncDisposable {
  readonly kind: PlatformKind;
  /** For reports, without secrets: `lab "drill"`, `containers with swarm.drill=staging on /var/run/docker.sock`. */
  readonly label: string;
  /** What `openPlatform` needs to find it again. JSON, no secrets. */
  readonly reference: PlatformReference;
  /** All components in their current state. */
  components(): Promise<Component[]>;
  /** Null when it has this capability for this component; else why not. */
  missingCapability(capability: Capability, component: Component): Promise<string | null>;
  /** Sends a signal to its process (or what stands for that: `docker kill --signal`, a pod deleted with grace). */
  signal(
    component: Component,
    signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT',
  ): Promise<void>;
  /** Starts it as it was configured, and resolves when it is ready. No effect when it runs. */
  start(component: Component): Promise<void>;
  /**
   * Runs a program as root where the component's packets pass and its processes run. Does not throw
   * for an exit code.
   * @throws SwarmError `component_not_found` where that place is gone, and the effects in it
   */
  run(component: Component, argv: readonly string[], input?: string): Promise<CommandResult>;
  /** Process id where `run` runs; null when it does not run. */
  pid(component: Component): Promise<number | null>;
  /** A controller that impairs packets on request. Absent: rules are made with `run`. */
  readonly network?: NetworkFaultController;
  /** A scheduler that can empty hosts. Absent: components stay on their hosts. */
  readonly hosts?: HostScheduler;
  /** Components that the platform replaced since the last call. Absent: it replaces none. */
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

/** Impairments of a link, at the same time. */
export interface LinkFault extends Partial<Omit<LinkImpairment, 'rateBps'>> {
  rateBps?: number;
}

/** Impairments of a component's packets, at the same time. */
export interface NetworkFault extends LinkFault {
  protocol: 'udp' | 'tcp' | 'both';
  /** As seen from the component. */
  direction: 'in' | 'out' | 'both';
  /** Of a rate: all flows share it, or each has its own. */
  shared?: boolean;
  /** Only packets to and from Redis. */
  onlyRedis?: boolean;
}

/** Impairs packets on request. */
export interface NetworkFaultController {
  /** Null when it can do this; else why not. */
  missingCapability(component: Component, fault: NetworkFault): Promise<string | null>;
  /** Resolves when it is in effect. @throws SwarmError `fault_unavailable` with its message */
  request(
    component: Component,
    id: string,
    fault: NetworkFault,
    durationMs: number | null,
  ): Promise<void>;
  /** Resolves when no effect is left. May be called again, or without a request. @throws SwarmError `rollback_failed` */
  withdraw(component: Component, id: string): Promise<void>;
}

/** Assigns components to hosts. */
export interface HostScheduler {
  /** Null when the component's host can be drained; else why not. */
  missingCapability(component: Component): Promise<string | null>;
  /** Cordons the component's host, and evicts the component. @throws SwarmError `fault_unavailable` */
  drain(component: Component, id: string): Promise<void>;
  /** Uncordons the hosts that were drained under this ID. May be called again. */
  undrain(id: string): Promise<void>;
}

/** The automatic replacement of a terminated component. Times in ms after the termination was requested; null: not observed. */
export interface Replacement {
  component: string;
  /** The same name, where names are kept. */
  replacement: string;
  /** The component had ended. */
  terminatedMs: number | null;
  /** The replacement had a host … */
  scheduledMs: number | null;
  /** … ran on it … */
  runningMs: number | null;
  /** … and received traffic: */
  readyMs: number;
  /** at this moment, by performance.now(). */
  readyAt: number;
}

/** How a platform is found again: its kind, and what its file needs. */
export type PlatformReference = { kind: PlatformKind } & Record<
  string,
  string | number | boolean | readonly string[]
>;
