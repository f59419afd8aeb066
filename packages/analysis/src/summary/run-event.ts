import {
  COORDINATOR_SHARD,
  type EventLine,
  type RecordNote,
  type ThresholdCrossing,
} from '@livekit-swarm/record';

/** An event of the run itself rather than of one participant. `at`: ms after the start; `detail`: text of another program, or null. */
export type RunEvent =
  | { code: 'worker_died'; at: number; shard: number | null; detail: string | null }
  /** `shard`: −1 is the coordinator. */
  | { code: 'process_paused'; at: number; shard: number; durationMs: number }
  | { code: 'host_suspended'; at: number; durationMs: number }
  | { code: 'clock_stepped'; at: number; stepMs: number }
  /** The clock of a host and the one that hosts share moved apart at once. */
  | { code: 'shared_clock_stepped'; at: number; host: string; stepMs: number }
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
  /** Participants that were lost with their worker or host, and count nowhere. */
  | { code: 'loss_tolerated'; lost: number; planned: number; tolerated: number }
  /** Other programs used the cores of this host for most of the run. `programs`: names of those that used most; empty where they cannot be seen. */
  | { code: 'host_busy'; otherCores: number; cores: number; programs: string[] }
  /** The record of a drill: faults were injected on purpose. */
  | { code: 'drill_record' }
  /** A receiver of live metrics did not take all pushes. Not of the record: known once the run is over. `detail`: words of another program, or null. */
  | {
      code: 'metrics_not_pushed';
      output: string;
      url: string;
      delivered: number;
      rejected: number;
      lost: number;
      detail: string | null;
    };

/** Null: an event of a participant, or one that needs no mention. */
export const runEventOf = (line: EventLine): RunEvent | null => {
  const { at, identity, shard = null, reason = null, message, crossing = null } = line;
  const detail = message ?? reason;
  switch (line.event) {
    case 'worker_died':
      return { code: 'worker_died', at, shard, detail };
    case 'process_paused':
      return {
        code: 'process_paused',
        at,
        shard: shard ?? COORDINATOR_SHARD,
        durationMs: line.durationMs ?? 0,
      };
    // Each process notices: one line is enough.
    case 'host_suspended':
      return shard === COORDINATOR_SHARD
        ? { code: 'host_suspended', at, durationMs: line.durationMs ?? 0 }
        : null;
    case 'clock_stepped':
      return shard === COORDINATOR_SHARD
        ? { code: 'clock_stepped', at, stepMs: line.stepMs ?? 0 }
        : null;
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
