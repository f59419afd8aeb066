/** Programs of the nodes of a lab, which may be changed one node at a time. */
import type { LiveKitConfig } from '../server/config.ts';

/** Program and configuration of a node of a lab. Serialisable. */
export interface NodeProgram {
  /** Path of the livekit-server, and the version that it reports. */
  binary: { path: string; version: string };
  /** Settings that are merged over those of the lab. */
  config: LiveKitConfig;
}

/**
 * Programs of nodes. A change takes effect at the next start of the node.
 * @throws SwarmError `no_service` for a service that is not a node
 */
export interface NodePrograms {
  /** Returns the program of the next start. */
  of(node: string): NodeProgram;
  /** Chooses another program, and keeps the one before the first change for `restore`. */
  use(node: string, program: NodeProgram): void;
  /** Returns to the program before the first change; no effect without a change. */
  restore(node: string): void;
  /** Returns true when the next start has another program than `restore` would give. */
  isChanged(node: string): boolean;
  /** Makes the present program the one to which `restore` returns. */
  keep(node: string): void;
}

/**
 * @param first program with which every node was started
 * @param apply describes the node's service again; throws for an unknown node
 */
export const createNodePrograms = (
  first: NodeProgram,
  apply: (node: string, program: NodeProgram) => void,
): NodePrograms => {
  const kept = new Map<string, NodeProgram>();
  const present = new Map<string, NodeProgram>();
  const before = (node: string): NodeProgram => kept.get(node) ?? first;
  const of = (node: string): NodeProgram => present.get(node) ?? first;
  const set = (node: string, program: NodeProgram): void => {
    apply(node, program);
    present.set(node, program);
  };
  return {
    of,
    use: set,
    restore: (node) => set(node, before(node)),
    isChanged: (node) => of(node) !== before(node),
    keep: (node) => void kept.set(node, of(node)),
  };
};
