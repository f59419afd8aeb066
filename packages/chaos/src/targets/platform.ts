/** A deployment of LiveKit on some platform; one file per platform in this folder. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EffectFinding } from '@livekit-swarm/record';
import type { LinkImpairment } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { HeldLock, LockPurpose } from './lock/host-lock.ts';

/** The kind of a component. */
export const COMPONENT_KINDS = ['node', 'redis', 'load-balancer', 'turn'] as const;

export type ComponentKind = (typeof COMPONENT_KINDS)[number];

export const isComponentKind = (word: string): word is ComponentKind =>
  COMPONENT_KINDS.some((kind) => kind === word);

const componentPorts = z.object({
  /** IPv4 address or prefix (`127.0.0.0/8`); `0.0.0.0` for all of the host. */
  address: z.string(),
  /** First and last UDP port of media. */
  udp: z.tuple([z.int(), z.int()]).readonly().nullable(),
  /** Signalling and ICE over TCP; of other components, the ports at which they listen. */
  tcp: z.array(z.int()).readonly(),
});

export type ComponentPorts = z.infer<typeof componentPorts>;

const redisPath = z.object({
  /** IPv4 address. Null: any, where only packets of this component pass. */
  address: z.string().nullable(),
  port: z.int(),
  /** With an address that others use: the node's cgroup (v2), `/system.slice/livekit.service`. */
  cgroup: z.string().nullable(),
});

/** What all connections of one node to Redis have in common, and no other connection has. */
export type RedisPath = z.infer<typeof redisPath>;

/** In the journal. */
export const componentSchema = z.object({
  /** Unique in its deployment: `node-1`, a container's name, `livekit-0`. */
  name: z.string(),
  kind: z.enum(COMPONENT_KINDS),
  /** LiveKit's ID of a running node (`ND_…`), which changes at each start. */
  nodeId: z.string().nullable(),
  /** Of its process, container or pod, which changes at each start. Null: it does not run. */
  instance: z.string().nullable(),
  /** For network faults; as seen where `Platform.run` runs. */
  ports: componentPorts.nullable(),
  /** How a node reaches Redis, as seen where `Platform.run` runs. Absent: not known. */
  redis: redisPath.exactOptional(),
});

/** A part of a deployment that faults are injected into. */
export type Component = z.infer<typeof componentSchema>;

/** How the automatic rollback of a fault was armed on its target. */
export const EXPIRY_METHODS = ['systemd_timer', 'detached_process', 'waiting_container'] as const;

export type ExpiryMethod = (typeof EXPIRY_METHODS)[number];

/** In the journal: how a platform is found again, by its kind and what its file needs. */
export const platformReference = z.looseObject({
  kind: z.enum(['process', 'docker', 'kubernetes', 'ssh']),
});

export type PlatformReference = z.infer<typeof platformReference>;

/** A journal entry of another version. @param what that it should describe: `containers` */
export const invalidReference = (what: string, cause?: unknown): SwarmError =>
  new SwarmError(
    'invalid_reference',
    `the journal entry does not describe ${what}`,
    'use the version of swarm that ran the drill',
    { cause },
  );

/** Whether the condition holds within that time. */
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

/** Whether a signal has had its effect on the state of a process (proc(5)); null: it does not exist. */
export const SIGNAL_EFFECTS: Partial<Record<NodeJS.Signals, (state: string | null) => boolean>> = {
  SIGKILL: (state) => state === null,
  SIGSTOP: (state) => state === null || state === 'T',
  SIGCONT: (state) => state !== 'T',
};

/** A signal that was sent and had no effect. @param process of the component: `process 4711` */
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
  readonly kind: PlatformReference['kind'];
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
  /** As in the component; read again. Null: it does not run. */
  instance(component: Component): Promise<string | null>;
  /** Process id where `run` runs; null when it does not run. */
  pid(component: Component): Promise<number | null>;
  /** Asks whether the processes of a component are stopped (SIGSTOP) or its container is paused. @throws SwarmError when that is unknown */
  isStopped(component: Component): Promise<boolean>;
  /** Password of its Redis. Absent: REDISCLI_AUTH has it, if there is one. */
  readonly redisPassword?: string;
  /** Rolls back on the target, without the drill. */
  readonly expiry: ExpiryController;
  /** Commands that may still act although nothing waits for them. Absent: they end with this process. */
  readonly inFlight?: InFlight;
  /** A controller that impairs packets on request. Absent: rules are made with `run`. */
  readonly network?: NetworkFaultController;
  /** A scheduler that can empty hosts. Absent: components stay on their hosts. */
  readonly hosts?: HostScheduler;
  /**
   * Excludes other drills, or other rollbacks, on the target itself, however they name it. It ends with
   * its owner. Absent: nothing else can inject into it.
   * @throws SwarmError `deployment_locked`
   */
  lock?(purpose: LockPurpose): Promise<HeldLock>;
  /** Components that the platform replaced since the last call. Absent: it replaces none. */
  replacements?(): Replacement[];
}

/**
 * A step of a rollback that the target takes on its own. It may be taken more than once, next to the
 * drill's own rollback, and when nothing was injected.
 */
export type RollbackStep =
  /** Where `Platform.run` runs. */
  | { step: 'run'; argv: readonly string[] }
  | { step: 'continue' }
  | { step: 'terminate_instance' }
  | { step: 'start' };

/** What rolls back one injection if the drill does not. */
export interface ExpiryRequest {
  /** Of the injection. */
  id: string;
  /** From now. */
  afterMs: number;
  components: readonly { component: Component; steps: readonly RollbackStep[] }[];
  /** The same as an entry of the journal, for platforms of this host. */
  entry: { journal: string; entry: object };
}

/** Arms and disarms automatic rollbacks on the target. */
export interface ExpiryController {
  /** Null when the target can take these steps on its own; else why not. Changes nothing. */
  missingCapability(component: Component, steps: readonly RollbackStep[]): Promise<string | null>;
  /** Resolves when it is armed on every host of the components. @throws SwarmError `expiry_unavailable` */
  arm(request: ExpiryRequest): Promise<readonly ExpiryMethod[]>;
  /** No effect when it is not armed, or has begun. */
  disarm(id: string, components: readonly Component[]): Promise<void>;
}

/** Commands on their way to another host, after a timeout, a lost connection or the death of their sender. */
export interface InFlight {
  /** The longest time in which a command acts, ms after it was sent. */
  readonly maxMs: number;
  /** Until the last of those that were given up can no longer act, ms. Absent: not known. */
  leftMs?(): number;
}

/**
 * What faults build on. `packet_filter`: nftables in `run`. `second_sigterm`: a second SIGTERM is
 * delivered. `stay_down`: a terminated process stays down until it is started.
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
    /** Then it ends on its own. Null: after an hour. */
    expiresAfterMs: number | null,
  ): Promise<void>;
  /** Checks a requested fault. @returns the finding; null: the fault is in effect. @throws SwarmError `cluster_unreachable` */
  missing(component: Component, id: string): Promise<EffectFinding | null>;
  /** May be called again, or without a request. @throws SwarmError `rollback_failed` */
  withdraw(component: Component, id: string): Promise<void>;
}

/** Assigns components to hosts. */
export interface HostScheduler {
  /** Null when the component's host can be drained; else why not. */
  missingCapability(component: Component): Promise<string | null>;
  /** Keeps components off this one's host, and evicts it. @throws SwarmError `fault_unavailable` */
  drain(
    component: Component,
    id: string,
    /** Then the host is available again, on its own. Null: after an hour. */
    expiresAfterMs: number | null,
  ): Promise<void>;
  /** Asks whether the host that was drained under this ID is still reserved. */
  isReserved(component: Component, id: string): Promise<boolean>;
  /** Makes the hosts that were drained under this ID available again. May be called again. */
  undrain(id: string): Promise<void>;
}

/** How the platform replaced a component. Ms after its termination was requested; null: not observed. */
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
