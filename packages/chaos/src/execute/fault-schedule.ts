import type { DrillEvent } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill, DrillFault } from '../drill/drill.ts';
import type { Fault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import type { Member, Target } from '../targets/target.ts';
import { createHits, type Hits } from './active-faults.ts';
import { type Injection, injectFault } from './inject-fault.ts';
import { pause } from './pause.ts';
import { sayAim } from './resolve-target.ts';
import type { Attendance } from './steady-state.ts';

export interface PlayOptions {
  drill: Drill;
  target: Target;
  faults: ReadonlyMap<string, Fault>;
  attendance: Attendance;
  journal: Journal;
  /** Ms after the run's start, now. */
  elapsedMs(): number;
  /** What the faults' own times count from, ms after the run's start. */
  zeroMs: number;
  /** Told of rooms that are about to be hit. */
  onHit(rooms: readonly string[]): void;
  /** Told what was done. */
  tell(event: DrillEvent, at?: number): void;
  /** Aborted: nothing more is injected, and what is gets healed at once. */
  stop: AbortSignal;
}

/** What of a drill's faults came to be. */
export interface Played {
  injected: number;
  /** Why the others did not, in sentences. */
  skipped: string[];
}

/**
 * Injects the drill's faults when they are due, each into what its aim means at that moment, and heals each when its time is over. Resolves when the last was
 * healed or is to last to the end; the caller ends those with `healAll`. A fault that is not available here is told of as skipped.
 * @throws SwarmError when something could not be injected or healed
 */
export const playFaults = async (options: PlayOptions, open: Set<OpenFault>): Promise<Played> => {
  const played: Played = { injected: 0, skipped: [] };
  const hits = createHits(options.drill);
  const outcomes = await Promise.allSettled(
    options.drill.faults.map((fault) => playOne({ ...options, hits }, fault, open, played)),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return played;
};

/** Something that was injected and must be healed. */
export interface OpenFault {
  /** Of its entry in the journal. */
  readonly id: string;
  readonly name: string;
  /** Whether that has begun. */
  readonly healing: boolean;
  heal(): Promise<void>;
}

/** Heals whatever is left, the last first. @throws SwarmError when something could not be healed; the others were, then */
export const healAll = async (open: Set<OpenFault>): Promise<void> => {
  let failure: unknown = null;
  for (const fault of [...open].reverse()) {
    await fault.heal().catch((error: unknown) => {
      failure ??= error;
    });
  }
  if (failure !== null) throw failure;
};

const playOne = async (
  options: PlayOptions & { hits: Hits },
  due: DrillFault,
  open: Set<OpenFault>,
  played: Played,
): Promise<void> => {
  const { drill, target, faults, attendance, hits, onHit, tell, elapsedMs, zeroMs, stop } = options;
  await pause(zeroMs + due.atMs - elapsedMs(), stop);
  if (stop.aborted) return;
  const fault = faults.get(due.fault);
  if (fault === undefined)
    throw new SwarmError('no_fault', `there is no fault "${due.fault}"`, 'see "swarm chaos list"');
  const { members, rooms, why: unfit } = hits.aim(due, fault, await target.members(), attendance);
  const why = unfit ?? (await whyNotAvailable(fault, target, members, due.params));
  if (why !== null) {
    played.skipped.push(`${due.fault}: ${why}`);
    tell({ what: 'skipped', fault: due.fault, message: why });
    return;
  }
  if (stop.aborted) return;
  onHit(rooms);
  const at = elapsedMs();
  const injection = await injectFault({
    fault,
    target,
    members,
    params: due.params,
    drill: drill.name,
    journal: options.journal,
    durationMs: due.durationMs,
  });
  played.injected++;
  const entry = openFault(injection, due.fault, options, open);
  const names = members.map(({ name }) => name);
  tell(
    {
      what: 'fault',
      id: injection.id,
      fault: due.fault,
      target: sayAim(due.aim),
      members: names,
      rooms,
      completedAt: elapsedMs(),
    },
    at,
  );
  if (due.durationMs === null) return;
  // From when it really began: on a machine that is far away, finding out whom it means takes its time.
  await pause(at + due.durationMs - elapsedMs(), stop);
  await entry.heal();
};

const whyNotAvailable = async (
  fault: Fault,
  target: Target,
  members: readonly Member[],
  params: unknown,
): Promise<string | null> => {
  const reasons = await Promise.all(
    members.map((member) => fault.available(target, member, params)),
  );
  return reasons.find((reason) => reason !== null) ?? null;
};

const openFault = (
  injection: Injection,
  name: string,
  { tell, elapsedMs }: PlayOptions,
  open: Set<OpenFault>,
): OpenFault => {
  let healing: Promise<void> | undefined;
  const heal = async (): Promise<void> => {
    const at = elapsedMs();
    await injection.heal();
    open.delete(entry);
    tell({ what: 'heal', id: injection.id, fault: name, completedAt: elapsedMs() }, at);
  };
  const entry: OpenFault = {
    id: injection.id,
    name,
    get healing() {
      return healing !== undefined;
    },
    heal: () => {
      healing ??= heal();
      return healing;
    },
  };
  open.add(entry);
  return entry;
};
