import { systemClock } from '@livekit-swarm/livekit';
import { type ProbeModule, STATS_INTERVAL_MS } from './module.ts';
import { identityOf, type Observation, SIDES } from './observation.ts';
import { admissionFor, leaveWith, note, openEngine, planOf, until } from './probe-participant.ts';
import type { RoomAccess } from './room/probe-room.ts';

/** Time after which each side must have been notified of the other, ms. */
const MEET_MS = STATS_INTERVAL_MS + 1_000;
const LOOK_EVERY_MS = 25;

export interface ProbeCallRequest {
  module: ProbeModule;
  access: RoomAccess;
  /** Name of the room, which exists already. */
  room: string;
  /** Signal that is aborted when the result is no longer needed. */
  signal: AbortSignal;
}

/**
 * Run the probe in its room, from joining to leaving, and write the observations into
 * `observation`.
 * @param left returns the remaining time, ms
 * @throws Error for an error of this program, after both participants have left
 */
export const call = async (
  { module, access, room, signal }: ProbeCallRequest,
  observation: Observation,
  left: () => number,
): Promise<void> => {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const startedAtMs = systemClock.now();
  const engine = openEngine(module, startedAtMs, left(), (event) => {
    const side = SIDES.find((one) => identityOf(one) === event.identity);
    if (side === undefined) return;
    note(observation.sides[side], event);
    if (event.event === 'join_failed' || observation.sides[side].loss !== null) over.abort();
  });
  const setOut = new Set<number>();
  try {
    const joining = Promise.all(
      SIDES.map(async (side, index) => {
        const admission = admissionFor(side, room, module, access);
        if (ended.aborted) return;
        setOut.add(index);
        await engine.join(
          planOf(side, index, room, module),
          admission,
          systemClock.now() - startedAtMs,
        );
      }),
    );
    await Promise.race([joining, until(ended, left())]);
    // A join that fails after this moment belongs to a probe that has ended.
    joining.catch(() => {});
    const bothJoined = (): boolean =>
      SIDES.every((side) => observation.sides[side].phases !== null);
    const met = (): boolean =>
      SIDES.every((_side, index) => (engine.view(index)?.others.length ?? 0) > 0);
    if (bothJoined() && !ended.aborted) {
      const metAt = performance.now();
      await until(ended, Math.min(module.durationMs, left()));
      observation.measuredMs = performance.now() - metAt;
      await eventually(met, ended, Math.min(MEET_MS - observation.measuredMs, left()));
    }
    const complete =
      bothJoined() && met() && observation.measuredMs >= module.durationMs - LOOK_EVERY_MS;
    observation.outOfTime = !ended.aborted && !complete && left() <= LOOK_EVERY_MS;
    for (const index of setOut) {
      const side = SIDES[index];
      if (side !== undefined) observation.sides[side].others = engine.view(index)?.others ?? [];
    }
  } finally {
    await Promise.all(
      [...setOut].map(async (index) => {
        const side = SIDES[index];
        if (side !== undefined) await leaveWith(engine, index, observation.sides[side]);
      }),
    );
    await engine.close();
  }
};

/** Wait until the condition holds, for at most `ms`, or until the signal is aborted. */
const eventually = async (isSo: () => boolean, signal: AbortSignal, ms: number): Promise<void> => {
  const end = performance.now() + ms;
  while (!isSo() && !signal.aborted && performance.now() < end) await until(signal, LOOK_EVERY_MS);
};
