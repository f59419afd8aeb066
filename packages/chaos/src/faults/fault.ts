import type { EffectFinding } from '@livekit-swarm/record';
import { SwarmError, strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type {
  Capability,
  Component,
  ComponentKind,
  DrainSignal,
  Platform,
  RollbackStep,
} from '../targets/platform.ts';
import type { RolloutStep } from '../targets/rollout.ts';

/** Settings by name, without secrets. */
export type Settings = Readonly<Record<string, string>>;

/** Input of an injection and its rollback. */
export interface FaultContext<Params> {
  platform: Platform;
  /** Components of the target; at least one. */
  components: readonly Component[];
  params: Params;
  /**
   * Unique id `[a-z0-9]{8}`, contained in the names of tables, chains and files that exist until
   * the rollback.
   */
  id: string;
  /** Time after which the target rolls the fault back, ms; null: never, or no longer known. */
  expiresAfterMs: number | null;
  /** Receives the steps of a change of a node. Absent: a rollback by another process. */
  onStep?: ((step: RolloutStep) => void) | undefined;
  /** Settings of the target before the injection, from `settingsBefore`. */
  before?: Settings;
  /**
   * Names of the components whose drain has begun. Absent: not known, as on the target: each of
   * them may be draining.
   */
  draining?: ReadonlySet<string>;
  /**
   * Resolves when the journal and the target name the component as one that drains: together with
   * its first signal where the platform can, else before it.
   * @returns true when the signal was sent
   */
  beginDrain?(component: Component, signal: DrainSignal): Promise<boolean>;
  /** Aborted: an injection that takes long ends early, with an error. Absent: it ends on its own. */
  stop?: AbortSignal;
}

/**
 * A fault, listed in index.ts. Its rollback uses only parameters, components and `before`: they are
 * in the journal before the injection, and another process may roll back with them.
 */
export interface Fault<Params = unknown> {
  /** Name in drills: `kill`, `packet-loss`. */
  readonly name: string;
  /** Description for `swarm chaos list`, one line. */
  readonly description: string;
  /** Description of the rollback, for the preview and docs/chaos-faults.md. */
  readonly rollbackDescription?: string;
  /** Capabilities that the fault needs of the platform. Absent: none. */
  readonly requires?: readonly Capability[];
  /** Kinds of components into which it can be injected. */
  readonly targets: readonly ComponentKind[];
  /** Schema of its parameters in a drill file; unknown keys are rejected. */
  readonly params: z.ZodType<Params>;
  /**
   * Example of the parameters, in the form of a drill file, with an effect that a small lab
   * survives. Documentation, questions about availability and tests of every fault use it.
   */
  readonly example: Readonly<Record<string, unknown>>;
  /** Fault that must have been injected before. Random drills leave it out. Absent: none. */
  readonly needs?: string;
  /** Other parameters of random drills, besides the example. Absent: none. */
  readonly variants?: readonly Readonly<Record<string, unknown>>[];
  /**
   * True when it lasts until its rollback; false when it is instantaneous (after a kill, the
   * rollback starts the process).
   */
  readonly lasts: boolean;
  /**
   * True when it takes CPU from the components: that they wait for a core is its effect, and no sign
   * of a busy host. Absent: it does not.
   */
  readonly takesCpu?: true;
  /**
   * Longest time until the fault ends on its own, ms after the injection. Absent: it needs a
   * rollback.
   */
  durationOf?(params: Params): number;
  /**
   * Reason for which it cannot be injected into this component, with the remedy; null: it can.
   * Changes nothing.
   */
  unavailable(platform: Platform, component: Component, params: Params): Promise<string | null>;
  /** Lists the losses in this component, shown before the drill. Absent: none. Changes nothing. */
  preview?(platform: Platform, component: Component, params: Params): Promise<string[]>;
  /**
   * Reads settings that the fault changes and the rollback restores; they are in the journal.
   * Absent: the rollback needs none. Changes nothing.
   */
  settingsBefore?(platform: Platform, components: readonly Component[]): Promise<Settings>;
  /** Injects the fault. @throws SwarmError when it fails; the caller then calls `rollback` */
  inject(context: FaultContext<Params>): Promise<void>;
  /**
   * Asks the target for the effect on a component, in the middle of the fault and before its
   * rollback: a reloaded firewall, or another rollback, may have removed it. Changes nothing.
   * @param atEnd true when the fault had its whole time to act
   * @returns the finding; null: the effect is present, or has ended as intended
   * @throws SwarmError when the target cannot be asked
   */
  missingEffect(
    context: FaultContext<Params>,
    component: Component,
    atEnd: boolean,
  ): Promise<EffectFinding | null>;
  /**
   * Steps by which the target itself can remove the effect on a component; empty: there is none to
   * remove.
   */
  rollbackSteps(context: FaultContext<Params>, component: Component): readonly RollbackStep[];
  /** Removes every effect, also of an incomplete injection, and if components no longer exist. */
  rollback(context: FaultContext<Params>): Promise<void>;
}

/** Parameters of the example, as the other methods take them. */
export const exampleParams = <Params>({
  params,
  example,
}: Pick<Fault<Params>, 'params' | 'example'>): Params => params.parse(example);

/** @throws SwarmError `fault_not_found` */
export const findFault = (faults: ReadonlyMap<string, Fault>, name: string): Fault => {
  const fault = faults.get(name);
  if (fault !== undefined) return fault;
  throw new SwarmError('fault_not_found', `unknown fault "${name}"`, 'see "swarm chaos list"');
};

/** Fault with its texts for docs/chaos-faults.md, as listed in index.ts. */
export interface DescribedFault<Params = unknown> extends Fault<Params> {
  /** Description of the rollback. */
  readonly rollbackDescription: string;
  /** Capabilities that the fault needs of the platform. */
  readonly requires: readonly Capability[];
}

export type NoParams = Record<string, never>;

/** Schema for faults without parameters. */
export const noParams: z.ZodType<NoParams> = strict({});
