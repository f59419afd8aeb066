import type { EventLine, RecordNote, ThresholdCrossing } from '@livekit-swarm/record';

/** An event of the run itself rather than of one participant. `at`: ms after the start; `detail`: text of another program, or null. */
export type RunEvent =
  | { code: 'worker_died'; at: number; shard: number | null; detail: string | null }
  | { code: 'server_died'; at: number; detail: string | null }
  | { code: 'interrupted'; at: number }
  | { code: 'threshold_crossed'; at: number; crossing: ThresholdCrossing | null }
  /** A threshold was crossed with these health findings: the run continued. */
  | {
      code: 'threshold_doubted';
      at: number;
      crossing: ThresholdCrossing | null;
      findings: string[];
    }
  /** `reason`: the warning's own code. */
  | { code: 'warning'; at: number; reason: string | null; detail: string | null };

/** What a reader of a report must know about the run or its record. */
export type RunNote =
  | RunEvent
  | RecordNote
  | { code: 'record_truncated' }
  | { code: 'publish_rejected'; rejected: number; total: number }
  /** The record of a drill: faults were injected on purpose. */
  | { code: 'drill_record' };

/** Null: an event of a participant, or one that needs no mention. */
export const runEventOf = (line: EventLine): RunEvent | null => {
  const { at, identity, shard = null, reason = null, message, crossing = null } = line;
  const detail = message ?? reason;
  switch (line.event) {
    case 'worker_died':
      return { code: 'worker_died', at, shard, detail };
    case 'server_died':
      return { code: 'server_died', at, detail };
    case 'interrupted':
      return { code: 'interrupted', at };
    case 'threshold_crossed':
      return { code: 'threshold_crossed', at, crossing };
    case 'warning':
      if (identity !== undefined) return null;
      return reason === 'threshold_doubted'
        ? { code: 'threshold_doubted', at, crossing, findings: line.findings ?? [] }
        : { code: 'warning', at, reason, detail: message ?? null };
    default:
      return null;
  }
};
