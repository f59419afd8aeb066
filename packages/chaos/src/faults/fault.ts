import { strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Capability, Component, ComponentKind, Platform } from '../targets/target.ts';

/** What a fault works with. */
export interface FaultContext<Params> {
  platform: Platform;
  /** What it is done to; at least one. */
  components: readonly Component[];
  params: Params;
  /** Unique: names of tables, chains and files that it leaves until it is healed come from it. `[a-z0-9]{8}`. */
  id: string;
  /** How long it is meant to last, ms; null: until it is healed, or not known any more. */
  durationMs: number | null;
}

/**
 * Something that goes wrong, and is put right again. One file each beside this one. Parameters and members are all that `heal` knows: they are in the
 * journal before anything is injected, and whoever finds the journal heals with them.
 */
export interface Fault<Params = unknown> {
  /** As drills name it: `kill`, `packet-loss`. */
  readonly name: string;
  /** One line for `swarm chaos list`. */
  readonly description: string;
  /** What it can be done to. */
  readonly targets: readonly ComponentKind[];
  /** What drills may say about it; unknown keys are refused. */
  readonly params: z.ZodType<Params>;
  /** Whether it lasts (has a duration, and is healed then), or happens (a kill: healing starts what it ended). */
  readonly lasts: boolean;
  /** Where what it ends is started again by itself: within what time of the injection at the latest, ms. Absent: somebody has to heal it. */
  durationOf?(params: Params): number;
  /** Null when it can be injected into this member; else why not, in a sentence that a person can do something about. Changes nothing. */
  unavailable(target: Platform, member: Component, params: Params): Promise<string | null>;
  /** @throws SwarmError when it cannot be done; `heal` is called then, too */
  inject(context: FaultContext<Params>): Promise<void>;
  /** Takes everything back, however far `inject` came. May be called again, by another process, and for members that are gone. */
  rollback(context: FaultContext<Params>): Promise<void>;
}

/** As the registry in index.ts has it: with what docs/chaos-faults.md says of it. */
export interface DescribedFault<Params = unknown> extends Fault<Params> {
  /** How it is taken back, in a few words. */
  readonly rollbackDescription: string;
  /** What a target must be able to do for it. */
  readonly requires: readonly Capability[];
}

export type NoParams = Record<string, never>;

/** For faults that need not be told anything. */
export const noParams: z.ZodType<NoParams> = strict({});
