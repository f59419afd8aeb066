import type { ProcessIdentity } from '@livekit-swarm/host';
import type { Component, PlatformReference } from '../platform.ts';

/** A component of a deployment of processes, whether it runs or not. Plain JSON. */
export interface ComponentSource extends Omit<Component, 'nodeId'> {
  /** Where a node reports its ID; null for others. */
  metricsUrl: string | null;
}

/** Where processes are and what starts them: the difference between `process` platforms. */
export interface Location {
  readonly label: string;
  /** In its current state. */
  reference(): PlatformReference;
  components(): Promise<ComponentSource[]>;
  /** Null while it does not run. */
  identity(name: string): Promise<ProcessIdentity | null>;
  /** For components with several processes; absent: the signal is sent to its one process. */
  signal?(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready; does nothing when it runs. */
  start(name: string): Promise<void>;
  /** Null when components can be started; else why not. */
  whyNotStartable(): string | null;
}

/** Names a lab in reports: `lab of 3 nodes`. */
export const labLabel = (nodes: number): string => `lab of ${nodes} node${nodes === 1 ? '' : 's'}`;
