/** A deployment of LiveKit on some platform; this folder has one file per platform. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EffectFinding } from '@livekit-swarm/record';
import type { LinkImpairment } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { BalancerControl } from './balancer-control.ts';
import type { KeyControl } from './key-control.ts';
import type { HeldLock, LockPurpose } from './lock/host-lock.ts';
import type { NameControl } from './name-control.ts';
import type { PlatformRollout, Preparation, Release } from './rollout.ts';

/** Kind of a component. */
export const COMPONENT_KINDS = [
  'node',
  'redis',
  'sentinel',
  'load-balancer',
  'turn',
  'agent-worker',
  'egress',
] as const;

export type ComponentKind = (typeof COMPONENT_KINDS)[number];

export const isComponentKind = (word: string): word is ComponentKind =>
  COMPONENT_KINDS.some((kind) => kind === word);

const componentPorts = z.object({
  /** IPv4 address or prefix (`127.0.0.0/8`); `0.0.0.0` for all addresses of the host. */
  address: z.string(),
  /** First and last UDP port of media. */
  udp: z.tuple([z.int(), z.int()]).readonly().nullable(),
  /** TCP ports of signalling and ICE; of other components, the ports at which they listen. */
  tcp: z.array(z.int()).readonly(),
});

export type ComponentPorts = z.infer<typeof componentPorts>;

const redisPath = z.object({
  /** IPv4 address; null: any, if only packets of this component pass. */
  address: z.string().nullable(),
  port: z.int(),
  /**
   * Cgroup (v2) of the node, if other components use the same address:
   * `/system.slice/livekit.service`.
   */
  cgroup: z.string().nullable(),
});

/** Selection that matches all connections of one node to Redis, and no others. */
export type RedisPath = z.infer<typeof redisPath>;

/** Schema of a component in the journal. */
export const componentSchema = z.object({
  /** Name, unique in its deployment: `node-1`, a container's name, `livekit-0`. */
  name: z.string(),
  kind: z.enum(COMPONENT_KINDS),
  /** LiveKit's ID of a running node (`ND_…`), which changes at each start. */
  nodeId: z.string().nullable(),
  /** ID of its process, container or pod, which changes at each start; null: it does not run. */
  instance: z.string().nullable(),
  /** Ports for network faults, as seen in `Platform.run`. */
  ports: componentPorts.nullable(),
  /** Path from a node to Redis, as seen in `Platform.run`. Absent: unknown. */
  redis: redisPath.exactOptional(),
  /** Site to which it belongs. Absent: the deployment has no sites. */
  site: z.string().exactOptional(),
  /** Role of one of several servers of Redis. Absent: there is one, or it did not answer. */
  redisRole: z.enum(['primary', 'replica']).exactOptional(),
});

/** Part of a deployment into which faults are injected. */
export type Component = z.infer<typeof componentSchema>;

/** Methods by which the automatic rollback of a fault was armed on its target. */
export const EXPIRY_METHODS = ['systemd_timer', 'detached_process', 'waiting_container'] as const;

export type ExpiryMethod = (typeof EXPIRY_METHODS)[number];

/**
 * Reference in the journal by which a platform is opened again: its kind and the data of its file.
 */
export const platformReference = z.looseObject({
  kind: z.enum(['process', 'docker', 'kubernetes', 'ssh']),
});

export type PlatformReference = z.infer<typeof platformReference>;

/** Error for a journal entry of another version. @param what expected content: `containers` */
export const invalidReference = (what: string, cause?: unknown): SwarmError =>
  new SwarmError(
    'invalid_reference',
    `the journal entry does not describe ${what}`,
    'use the version of swarm that ran the drill',
    { cause },
  );

/** Returns true when the condition holds within this time. */
export const waitUntil = async (
  condition: () => boolean | Promise<boolean>,
  { withinMs, everyMs }: { withinMs: number; everyMs: number },
): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(everyMs);
  }
  return true;
};

/**
 * Predicates that are true when a signal has had its effect on the state of a process (proc(5));
 * state null: the process does not exist.
 */
export const SIGNAL_EFFECTS: Partial<Record<NodeJS.Signals, (state: string | null) => boolean>> = {
  SIGKILL: (state) => state === null,
  SIGSTOP: (state) => state === null || state === 'T',
  SIGCONT: (state) => state !== 'T',
};

/**
 * Error for a signal that was sent and had no effect.
 * @param process process of the component: `process 4711`
 */
export const withoutEffect = (
  signal: NodeJS.Signals,
  { name }: Pick<Component, 'name'>,
  process: string,
  withinMs: number,
): SwarmError =>
  signal === 'SIGKILL'
    ? new SwarmError(
        'process_not_terminated',
        `${name} (${process}) still runs ${withinMs / 1_000} s after SIGKILL`,
        'see what blocks it ("ps", state D)',
      )
    : new SwarmError(
        'signal_without_effect',
        `${signal} has had no effect on ${name} (${process}) within ${withinMs / 1_000} s`,
        'see its state ("ps"; T: stopped, D: blocked), and whether another program stops or continues it',
      );

/** Login at a Redis or Sentinel of a deployment. */
export interface RedisLogin {
  /** Null: the default user. */
  username: string | null;
  password: string;
  tls: boolean;
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** Exit code of the program. */
  code: number;
}

/**
 * Operations on a deployment that faults need. Every call may be repeated, also by another process,
 * as rollbacks are.
 * @throws SwarmError when an operation is not possible
 */
export interface Platform extends AsyncDisposable {
  readonly kind: PlatformReference['kind'];
  /**
   * Name for reports, without secrets: `lab "drill"`, `containers with swarm.drill=staging on
   * /var/run/docker.sock`.
   */
  readonly label: string;
  /** Reference for `openPlatform`; JSON, no secrets. */
  readonly reference: PlatformReference;
  /** Reads all components in their current state. */
  components(): Promise<Component[]>;
  /** Reason for which the platform lacks this capability for this component; null: it has it. */
  missingCapability(capability: Capability, component: Component): Promise<string | null>;
  /**
   * Sends a signal to the process of a component, or the equivalent: `docker kill --signal`,
   * deletion of a pod with a grace period.
   */
  signal(
    component: Component,
    signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT',
  ): Promise<void>;
  /**
   * Program of this host that does the same as `signal`, without waiting for the effect; null: none
   * does. Absent: the processes are elsewhere.
   */
  signalCommand?(component: Component, signal: DrainSignal): Promise<readonly string[] | null>;
  /**
   * Starts a component with its configuration, and resolves when it is ready. No effect while it
   * runs.
   */
  start(component: Component): Promise<void>;
  /**
   * Runs a program as root in the network and process namespaces of the component. Does not throw
   * for an exit code.
   * @throws SwarmError `component_not_found` when the namespace no longer exists, and with it the
   * effects in it
   */
  run(component: Component, argv: readonly string[], input?: string): Promise<CommandResult>;
  /** Reads the instance of a component again; null: it does not run. */
  instance(component: Component): Promise<string | null>;
  /** Process id, as seen in `run`; null: it does not run. */
  pid(component: Component): Promise<number | null>;
  /**
   * Returns true when the processes of a component are stopped (SIGSTOP) or its container is
   * paused.
   * @throws SwarmError when that is unknown
   */
  isStopped(component: Component): Promise<boolean>;
  /** True for a deployment that does not exist yet: it cannot be asked. */
  readonly isDryRun?: true;
  /** Login at one of its Redis servers. Absent: the password in REDISCLI_AUTH, if any. */
  redisLogin?(component: Pick<Component, 'name'>): RedisLogin | null;
  /** Automatic rollbacks on the target, without the drill. */
  readonly expiry: ExpiryController;
  /**
   * Commands that may still act although nothing awaits them. Absent: they end with this process.
   */
  readonly inFlight?: InFlight;
  /** Changes of what the nodes run. Absent: not possible here. */
  readonly rollout?: Rollout;
  /** Control of the load balancer. Absent: it can only be signalled. */
  readonly balancer?: BalancerControl;
  /** Change of the nodes' API keys. Absent: not possible here. */
  readonly keys?: KeyControl;
  /** Control of the name by which clients find the load balancer. Absent: not possible here. */
  readonly names?: NameControl;
  /** Controller that impairs packets on request. Absent: `run` makes rules. */
  readonly network?: NetworkFaultController;
  /** Controller that affects the containers of pods on request. Absent: `run` and signals do. */
  readonly pods?: PodFaultController;
  /** Programs on the hosts of components that faults need. Absent: none. */
  readonly helpers?: HelperController;
  /** Scheduler that can drain hosts. Absent: components stay on their hosts. */
  readonly hosts?: HostScheduler;
  /**
   * Excludes other drills, or other rollbacks, on the target itself, under any of its names. The
   * lock ends with its owner. Absent: no other process can inject into it.
   * @throws SwarmError `deployment_locked`
   */
  lock?(purpose: LockPurpose): Promise<HeldLock>;
  /**
   * Nodes to which the platform directs new connections, for a load balancer whose own metrics are
   * not known; null: unknown. Absent: the platform directs none.
   */
  backends?(): Promise<Backends | null>;
  /**
   * Returns components that the platform replaced since the last call. Absent: it replaces none.
   */
  replacements?(): Replacement[];
}

/** Servers behind a load balancer. */
export interface Backends {
  healthy: number;
  total: number;
  /** Names of those that are not healthy. */
  unhealthy: string[];
}

/**
 * Step of a rollback that the target takes on its own. It may be taken more than once, next to the
 * drill's own rollback, and when nothing was injected.
 */
export type RollbackStep =
  /**
   * Program that runs where `Platform.run` runs. On hosts of units its variable `drained` is not
   * empty when the drain of the component has begun.
   */
  | { step: 'run'; argv: readonly string[] }
  | { step: 'continue' }
  | { step: 'terminate_instance' }
  /** As `terminate_instance`, for a component whose drain has begun: others keep their calls. */
  | { step: 'terminate_drained' }
  | { step: 'start' }
  /** Rollback of the fault itself: only this host can take it. */
  | { step: 'rollback' };

/** Automatic rollback of one injection, for the case that the drill does not roll it back. */
export interface ExpiryRequest {
  /** Id of the injection. */
  id: string;
  /** Delay from now, ms. */
  afterMs: number;
  components: readonly { component: Component; steps: readonly RollbackStep[] }[];
  /** Entry of the journal with the same data, for platforms of this host. */
  entry: { journal: string; entry: object };
}

/** First signal of a drain: SIGKILL when it has no time. */
export type DrainSignal = 'SIGTERM' | 'SIGKILL';

/** Arms and disarms automatic rollbacks on the target. */
export interface ExpiryController {
  /**
   * Reason for which the target cannot take these steps on its own; null: it can. Changes nothing.
   */
  missingCapability(component: Component, steps: readonly RollbackStep[]): Promise<string | null>;
  /**
   * Arms the rollback; resolves when it is armed on every host of the components.
   * @throws SwarmError `expiry_unavailable`
   */
  arm(request: ExpiryRequest): Promise<readonly ExpiryMethod[]>;
  /**
   * Notes for the armed rollback of an injection that a component drains from now on, unless that
   * rollback has begun, and sends the signal in the same command, so that there is no note without
   * its signal. Absent: the rollback reads the journal.
   * @returns true when the signal was sent
   * @throws SwarmError `expiry_unavailable`: neither noted nor signalled; with any other error, it
   * may have been
   */
  beginDrain?(id: string, component: Component, signal: DrainSignal): Promise<boolean>;
  /**
   * Asks the target of an injection that was armed by these methods whether `beginDrain` has noted
   * the drain of a component; null: it has no such notes. Absent: none has.
   */
  hasBegunDrain?(
    id: string,
    component: Component,
    methods: readonly ExpiryMethod[],
  ): Promise<boolean | null>;
  /** Disarms the rollback; no effect when it is not armed, or has begun. */
  disarm(id: string, components: readonly Component[]): Promise<void>;
}

/**
 * Commands on their way to another host, after a timeout, a lost connection or the death of their
 * sender.
 */
export interface InFlight {
  /** Longest time for which a command can act, ms after it was sent. */
  readonly maxMs: number;
  /** Time until the last abandoned command can no longer act, ms. Absent: unknown. */
  leftMs?(): number;
}

/**
 * Capabilities that faults need. `packet_filter`: nftables in `run`. `second_sigterm`: a second
 * SIGTERM is delivered. `stay_down`: a terminated process stays down until it is started.
 */
export type Capability =
  | 'signal'
  | 'start'
  | 'pause'
  | 'exec'
  | 'packet_filter'
  | 'second_sigterm'
  | 'stay_down';

/** Simultaneous impairments of a link. */
export interface LinkFault extends Partial<Omit<LinkImpairment, 'rateBps'>> {
  rateBps?: number;
}

/** Simultaneous impairments of a component's packets. */
export interface NetworkFault extends LinkFault {
  protocol: 'udp' | 'tcp' | 'both';
  /** Direction, as seen from the component. */
  direction: 'in' | 'out' | 'both';
  /** True: all flows share a rate; otherwise each has its own. */
  shared?: boolean;
  /** True: impair only packets to and from Redis. */
  onlyRedis?: boolean;
}

/** Controller that impairs packets on request. */
export interface NetworkFaultController {
  /** Reason for which it cannot cause this fault; null: it can. */
  missingCapability(component: Component, fault: NetworkFault): Promise<string | null>;
  /**
   * Requests a fault; resolves when it is in effect.
   * @throws SwarmError `fault_unavailable` with the message of the controller
   */
  request(
    component: Component,
    id: string,
    fault: NetworkFault,
    /** Time after which the fault ends on its own, ms; null: an hour. */
    expiresAfterMs: number | null,
  ): Promise<void>;
  /**
   * Checks a requested fault.
   * @returns the finding; null: the fault is in effect.
   * @throws SwarmError `cluster_unreachable`
   */
  missing(component: Component, id: string): Promise<EffectFinding | null>;
  /**
   * Ends a fault. May be called again, or without a request.
   * @throws SwarmError `rollback_failed`
   */
  withdraw(component: Component, id: string): Promise<void>;
}

/** Fault of the containers of a pod. */
export type PodFault =
  /** CPU that is left to the process, cores. */
  | { type: 'cpu'; cores: number }
  /** Memory in addition to that at the injection. */
  | { type: 'memory'; megabytes: number }
  /** Stop of its processes (SIGSTOP). */
  | { type: 'hang' }
  /** Stop of its containers until the end of the fault. */
  | { type: 'down' };

/** Controller that affects the containers of pods on request. Methods as of `NetworkFaultController`. */
export interface PodFaultController {
  missingCapability(component: Component, fault: PodFault): Promise<string | null>;
  request(
    component: Component,
    id: string,
    fault: PodFault,
    expiresAfterMs: number | null,
  ): Promise<void>;
  missing(component: Component, id: string, fault: PodFault): Promise<EffectFinding | null>;
  withdraw(component: Component, id: string, fault: PodFault): Promise<void>;
}

/**
 * Programs that a drill starts on the hosts of components, in order that faults can be injected
 * there, and that roll back on their own when the drill is silent.
 */
export interface HelperController {
  /** Descriptions of the helpers for these components, as the platform reads them: manifests. */
  manifests(components: readonly Component[], lifetimeMs: number): Promise<object[]>;
  /**
   * Starts them. Disposal ends them, and with them all of their faults.
   * @param lifetimeMs time after which they end on their own, ms
   * @throws SwarmError `fault_unavailable`
   */
  start(components: readonly Component[], lifetimeMs: number): Promise<AsyncDisposable>;
}

/** Scheduler that assigns components to hosts. */
export interface HostScheduler {
  /** Reason for which the component's host cannot be drained; null: it can. */
  missingCapability(component: Component): Promise<string | null>;
  /**
   * Keeps components off the host of this one, and evicts it.
   * @throws SwarmError `fault_unavailable`
   */
  drain(
    component: Component,
    id: string,
    /** Time after which the host is available again on its own, ms; null: an hour. */
    expiresAfterMs: number | null,
  ): Promise<void>;
  /** Returns true while the host that was drained under this ID is reserved. */
  isReserved(component: Component, id: string): Promise<boolean>;
  /** Makes the hosts that were drained under this ID available again. May be called again. */
  undrain(id: string): Promise<void>;
}

/** Platform on which one node is changed at a time. Every call may be repeated. */
export interface NodeRollout {
  readonly by: 'node';
  /** Version or image with which the node starts next; null: unknown. */
  present(component: Component): Promise<string | null>;
  /**
   * Reason for which the node cannot change to this release, or could not return to what it runs
   * now; null: it can do both. Changes nothing.
   */
  missingCapability(component: Component, release: Release): Promise<string | null>;
  /**
   * Reason for which these nodes cannot be changed one by one to this release, and each restored;
   * null: they can. Absent: a change of one node never affects another. Changes nothing.
   */
  conflict?(components: readonly Component[], release: Release): Promise<string | null>;
  /** Makes ready what the change needs, such as a build, before any node is touched. */
  prepare?(release: Release, preparation: Preparation): Promise<void>;
  /**
   * True: `change` and `restore` act while the node runs, and take effect at its next start, which
   * may be the platform's own. `restore` then keeps what it needs until `keep`.
   */
  readonly whileRunning?: true;
  /** Gives a node that does not run another release, and keeps what it had before. */
  change(component: Component, release: Release): Promise<void>;
  /** Returns true when the node has another release than before the first change. */
  isChanged(component: Component): Promise<boolean>;
  /** Gives back to a node that does not run what it had before; no effect without a change. */
  restore(component: Component): Promise<void>;
  /** Makes the change permanent: removes what was kept. */
  keep(component: Component): Promise<void>;
  /**
   * Steps by which the target itself undoes the change. Absent: the automatic rollback calls
   * `restore`.
   */
  restoreSteps?(component: Component): readonly RollbackStep[];
}

export type Rollout = NodeRollout | PlatformRollout;

/**
 * Replacement of a component by the platform. Times in ms after its termination was requested;
 * null: not observed.
 */
export interface Replacement {
  component: string;
  /** Name of the replacement, equal on platforms that keep names. */
  replacement: string;
  /** End of the component. */
  terminatedMs: number | null;
  /** Assignment of the replacement to a host. */
  scheduledMs: number | null;
  /** Start of the replacement. */
  runningMs: number | null;
  /** First moment at which the replacement received traffic. */
  readyMs: number;
  /** The same moment by performance.now(), ms. */
  readyAt: number;
}
