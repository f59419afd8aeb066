import type { ProcessIdentity } from '@livekit-swarm/host';
import type { Component, PlatformReference } from '../target.ts';

/** A part of a deployment of processes, whether it runs or not. Plain JSON. */
export interface ComponentSource extends Omit<Component, 'nodeId'> {
  /** Where a node tells its id; null for others. */
  metricsUrl: string | null;
}

/** Where processes live and who starts them: what the kinds of `process` targets differ in. */
export interface Location {
  readonly label: string;
  /** As things are now. */
  reference(): PlatformReference;
  components(): Promise<ComponentSource[]>;
  /** Null while it does not run. */
  identity(name: string): Promise<ProcessIdentity | null>;
  /** Where a part may be more than one process; absent: its one process is sent the signal. */
  signal?(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready; does nothing when it runs. */
  start(name: string): Promise<void>;
  /** Null where parts can be started; else why not. */
  whyNotStartable(): string | null;
}

/** Names a lab in reports: `lab of 3 nodes`. */
export const labLabel = (nodes: number): string => `lab of ${nodes} node${nodes === 1 ? '' : 's'}`;
