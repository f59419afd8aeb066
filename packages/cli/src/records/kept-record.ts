import type { ExitName } from '@livekit-swarm/settings';

/** Kind of what a folder of records holds: one run, a drill, a session of several runs, or runs of several scenarios. */
export type RecordKind = 'run' | 'drill' | 'ab' | 'capacity' | 'soak' | 'runs';

/** A folder below `records/` that holds at least one record. */
export interface KeptRecord {
  /** Path of the folder. */
  dir: string;
  kind: RecordKind;
  /** Start of its first run; null: no header can be read. */
  startedAt: Date | null;
  /** Paths of its records (`record.ndjson`), in the order of their names. */
  records: readonly string[];
  /** Size on disk, bytes. */
  bytes: number;
  /** True: its run or session may still write to it. */
  isGoing: boolean;
  /** File with the result of a drill, a session or a comparison with a baseline; null: none. */
  resultFile: string | null;
}

/** Verdict of a kept record: that of its result, or why there is none. */
export type KeptVerdict = ExitName | 'going' | 'none' | 'unreadable';
