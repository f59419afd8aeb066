import type { DrillEvent } from '@livekit-swarm/record';
import type { Drill } from '../drill/drill.ts';
import type { Fault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import type { Platform } from '../targets/platform.ts';
import type { EffectLoss } from './inject-fault.ts';
import type { LoadView } from './resolve-target.ts';

export interface FaultScheduleOptions {
  drill: Drill;
  platform: Platform;
  faults: ReadonlyMap<string, Fault>;
  steadyState: LoadView;
  journal: Journal;
  /**
   * Faults that were injected and not rolled back; the caller rolls back the rest with
   * `rollbackAll`.
   */
  injected: Set<InjectedFault>;
  /** Present time, ms after the run's start. */
  elapsedMs(): number;
  /** Zero of the faults' times, ms after the run's start. */
  steadyMs: number;
  /** Receives the rooms that a fault will affect, before its injection. */
  onTargeted(rooms: readonly string[]): void;
  /**
   * Receives the loss of an effect, or of certainty about it: later measurements do not show the
   * effect.
   */
  onEffectLost(loss: EffectLoss): void;
  /** Receives the name of a fault whose injection was stopped in its middle, and rolled back. */
  onUnfinished(fault: string): void;
  /** Appends an event to the record. */
  append(event: DrillEvent, at?: number): void;
  /**
   * Automatic rollbacks on the target: delay after the scheduled ones, ms (`marginMs`), and whether
   * nothing may be injected without them (`required`).
   */
  expiry: { marginMs: number; required: boolean };
  /** Aborted: inject no further fault, and roll back at once. */
  stop: AbortSignal;
}

/** A fault that was injected and must be rolled back. */
export interface InjectedFault {
  /** Id of its journal entry. */
  readonly id: string;
  readonly name: string;
  /** True when the rollback has begun. */
  readonly rollingBack: boolean;
  rollback(): Promise<void>;
  /** Makes the effect permanent: nothing rolls it back any more. */
  keep(): Promise<void>;
}
