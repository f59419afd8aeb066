import type { EffectFinding } from '@livekit-swarm/record';
import { SwarmError, strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type {
  Capability,
  Component,
  ComponentKind,
  Platform,
  RollbackStep,
} from '../targets/platform.ts';

/** Input of an injection and its rollback. */
export interface FaultContext<Params> {
  platform: Platform;
  /** What it is injected into; at least one. */
  components: readonly Component[];
  params: Params;
  /** Unique: the names of tables, chains and files that exist until the rollback contain it. `[a-z0-9]{8}`. */
  id: string;
  /** Ms after which it is rolled back automatically; null: there is none, or it is no longer known. */
  expiresAfterMs: number | null;
}

/**
 * A fault, listed in index.ts. Its rollback knows only the parameters and components: they are in the
 * journal before the injection, and another process may roll back with them.
 */
export interface Fault<Params = unknown> {
  /** As drills name it: `kill`, `packet-loss`. */
  readonly name: string;
  /** One line for `swarm chaos list`. */
  readonly description: string;
  /** What the rollback does: for the preview and docs/chaos-faults.md. */
  readonly rollbackDescription?: string;
  /** Kinds of components that it can be injected into. */
  readonly targets: readonly ComponentKind[];
  /** Its parameters in a drill file; unknown keys are rejected. */
  readonly params: z.ZodType<Params>;
  /** Whether it lasts until its rollback, or is instantaneous (a kill: the rollback starts the process). */
  readonly lasts: boolean;
  /** Of a fault that ends on its own: ms after the injection at the latest. Absent: it needs a rollback. */
  durationOf?(params: Params): number;
  /** Null when it can be injected into this component; else why not, and what is needed. Changes nothing. */
  unavailable(platform: Platform, component: Component, params: Params): Promise<string | null>;
  /** What exactly would be lost in this component: shown before the drill. Absent: nothing. Changes nothing. */
  preview?(platform: Platform, component: Component, params: Params): Promise<string[]>;
  /** @throws SwarmError when it fails; `rollback` is called then, too */
  inject(context: FaultContext<Params>): Promise<void>;
  /**
   * Asks the target whether the effect on a component is still there, in the middle of the fault and
   * before its rollback: a firewall that is reloaded, or another rollback, may have removed it. Changes
   * nothing.
   * @param atEnd the fault had its whole time to act
   * @returns the finding; null: the effect is there, or has ended as intended
   * @throws SwarmError where the target cannot be asked
   */
  missingEffect(
    context: FaultContext<Params>,
    component: Component,
    atEnd: boolean,
  ): Promise<EffectFinding | null>;
  /** What the target itself can do to remove the effect on a component; none: there is nothing to remove. */
  rollbackSteps(context: FaultContext<Params>, component: Component): readonly RollbackStep[];
  /** Removes every effect, also of an incomplete injection, or where components no longer exist. */
  rollback(context: FaultContext<Params>): Promise<void>;
}

/** @throws SwarmError `fault_not_found` */
export const findFault = (faults: ReadonlyMap<string, Fault>, name: string): Fault => {
  const fault = faults.get(name);
  if (fault !== undefined) return fault;
  throw new SwarmError('fault_not_found', `unknown fault "${name}"`, 'see "swarm chaos list"');
};

/** As in index.ts: with its text in docs/chaos-faults.md. */
export interface DescribedFault<Params = unknown> extends Fault<Params> {
  /** What the rollback does. */
  readonly rollbackDescription: string;
  /** Capabilities of the platform that it needs. */
  readonly requires: readonly Capability[];
}

export type NoParams = Record<string, never>;

/** For faults without parameters. */
export const noParams: z.ZodType<NoParams> = strict({});
