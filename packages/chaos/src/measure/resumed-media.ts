import type { Recovery } from './recovery.ts';

/** Participants that resumed without media, while new joins receive everything. */
export interface ResumedWithoutMedia {
  participants: number;
  joinProbes: number;
  /**
   * True when a process was terminated and started again, perhaps at the same address: stale UDP
   * conntrack entries would explain the loss.
   */
  fitsConntrack: boolean;
}

/** Faults that replace the process. */
const REPLACES_PROCESS: ReadonlySet<string> = new Set([
  'kill',
  'restart',
  'graceful-stop',
  'forced-stop',
  'drain',
  'remove-node',
]);

/**
 * Counts participants that resumed without media. Null: there is none, or join probes after the
 * rollback are missing or failed.
 */
export const resumedWithoutMedia = ({
  participants,
  joinProbes,
  faults,
}: {
  participants: readonly Pick<
    Recovery['participants'][number],
    'recoveredBy' | 'timeToRecoverMs'
  >[];
  joinProbes: readonly Pick<
    Recovery['joinProbes'][number],
    'window' | 'failure' | 'receivingFrom' | 'publishing'
  >[];
  faults: readonly Pick<Recovery['faults'][number], 'fault'>[];
}): ResumedWithoutMedia | null => {
  const resumed = participants.filter(
    ({ recoveredBy, timeToRecoverMs }) => recoveredBy === 'resume' && timeToRecoverMs === null,
  );
  const probes = joinProbes.filter(
    ({ window, publishing }) => window === 'recovery' && publishing > 0,
  );
  const areFine = probes.every(
    ({ failure, receivingFrom, publishing }) => failure === null && receivingFrom === publishing,
  );
  if (resumed.length === 0 || probes.length === 0 || !areFine) return null;
  return {
    participants: resumed.length,
    joinProbes: probes.length,
    fitsConntrack: faults.some(({ fault }) => REPLACES_PROCESS.has(fault)),
  };
};
