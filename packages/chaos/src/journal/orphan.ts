/**
 * Remaining effect of a fault. `automatic_rollback`: a timer that removes others, not an orphan
 * itself.
 */
export interface Orphan {
  kind:
    | 'nft_table'
    | 'cgroup'
    | 'impairment'
    | 'stopped_process'
    | 'paused_container'
    | 'network_chaos'
    | 'pod_chaos'
    | 'stress_chaos'
    | 'reservation'
    | 'helper'
    | 'automatic_rollback';
  /**
   * Name of the object: `inet swarm_chaos_a1b2c3d4`, `swarm-chaos-a1b2c3d4-0`, `livekit-server`, a
   * container's name.
   */
  name: string;
  /** Process in its network namespace, or the process itself; null: not needed. */
  pid: number | null;
  /** ID of the process (`PID:START`) or container, as in the journal; null: not needed. */
  instance: string | null;
  /** Id of its injection; null: the name does not contain it. */
  injection: string | null;
}

/** Scan of one place for effects of faults. */
export interface OrphanScan extends AsyncDisposable {
  /** Name of the place: `this host`, `lk-1`, `livekit@staging`. */
  readonly place: string;
  /** @throws SwarmError when the place cannot be read */
  find(): Promise<Orphan[]>;
  /** @returns null when it was removed; otherwise the reason */
  remove(orphan: Orphan): Promise<string | null>;
  /** @throws SwarmError `deployment_locked` while a drill or a rollback runs on it */
  lock(): Promise<AsyncDisposable>;
}
