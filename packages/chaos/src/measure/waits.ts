/**
 * Finds out whether the parts of a drill on one host got the cores that they asked for: the load
 * generator from the lateness that it measures, components from the kernel's run delay of their
 * threads.
 */
import { COORDINATOR_SHARD, type RecordLine } from '@livekit-swarm/record';

/** Answer of the fold; `known` is false when the waits were not measured. */
export type Waits = { known: false } | { known: true; waited: boolean };

/** Lateness of the load generator that a drill notices, ms: recovery is measured within 100 ms. */
const LATE_MS = 100;
/**
 * Sum of the waits of one thread of a component in a second that a drill may notice, ms: half of the
 * shortest interruption that counts, if it was a single wait. The kernel has sums only. On a host
 * that is no more than busy, hundreds of waits of less than a millisecond add up to 100 ms and more.
 */
const WAITED_MS = 250;
/** Share of samples that is tolerated, as in a run. */
const LATE_SHARE = 0.1;
const SECOND_MS = 1_000;

/** Time of a fault that takes CPU from components, ms after the start of the run. */
interface Taking {
  components: ReadonlySet<string>;
  from: number;
  until: number;
}

interface Sample {
  /** Component; null: a worker process of the load generator. */
  name: string | null;
  from: number;
  until: number;
  isLate: boolean;
}

/**
 * Folds the lines of a record. Samples of a component to which a fault allots less CPU do not count.
 * @param takesCpu returns true for such a fault
 */
export const createWaitsFold = (takesCpu: (fault: string) => boolean) => {
  const samples: Sample[] = [];
  const taking = new Map<string, Taking>();
  return {
    add: (line: RecordLine): void => {
      if (line.type === 'drill' && line.event === 'fault_injected' && takesCpu(line.fault))
        taking.set(line.id, {
          ...{ components: new Set(line.components), from: line.at, until: Infinity },
        });
      if (line.type === 'drill' && line.event === 'fault_rolled_back') {
        const fault = taking.get(line.id);
        // What has piled up until then is worked off afterwards.
        if (fault !== undefined) fault.until = line.completedAt + SECOND_MS;
      }
      if (line.type !== 'sample') return;
      const { at: until, intervalMs, shard, generator } = line;
      const from = until - intervalMs;
      if (shard !== COORDINATOR_SHARD) {
        const { tickLatenessMs, eventLoopLagMs } = generator;
        const isLate = Math.max(tickLatenessMs, eventLoopLagMs) > LATE_MS;
        samples.push({ name: null, from, until, isLate });
      }
      for (const [name, { longestWaitMs }] of Object.entries(generator.componentScheduling ?? {}))
        samples.push({
          ...{ name, from, until },
          isLate: longestWaitMs > WAITED_MS * (intervalMs / SECOND_MS),
        });
    },
    result: (): Waits => {
      const faults = [...taking.values()];
      const isTaken = ({ name, from, until }: Sample): boolean =>
        name !== null &&
        faults.some(
          (fault) => fault.components.has(name) && from < fault.until && until > fault.from,
        );
      const counted = samples.filter((sample) => !isTaken(sample));
      const names = new Set(counted.map(({ name }) => name));
      if (!names.has(null) || names.size < 2) return { known: false };
      const waited = [...names].some((name) => {
        const own = counted.filter((sample) => sample.name === name);
        return own.filter(({ isLate }) => isLate).length > LATE_SHARE * own.length;
      });
      return { known: true, waited };
    },
  };
};
