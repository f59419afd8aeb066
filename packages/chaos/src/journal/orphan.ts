/** One effect of a fault. `automatic_rollback`: not an orphan, but a timer that removes others. */
export interface Orphan {
  kind:
    | 'nft_table'
    | 'cgroup'
    | 'impairment'
    | 'stopped_process'
    | 'paused_container'
    | 'network_chaos'
    | 'reservation'
    | 'automatic_rollback';
  /** `inet swarm_chaos_a1b2c3d4`, `swarm-chaos-a1b2c3d4-0`, `livekit-server`, a container's name. */
  name: string;
  /** A process in its network namespace, or the process itself; null: not needed. */
  pid: number | null;
  /** ID of the process (`PID:START`) or container, as in the journal; null: not needed. */
  instance: string | null;
  /** The injection that it belongs to; null: not known from the name. */
  injection: string | null;
}

/** A place that faults may have left something on. */
export interface OrphanScan extends AsyncDisposable {
  /** `this host`, `lk-1`, `livekit@staging`. */
  readonly place: string;
  /** @throws SwarmError where the place cannot be read */
  find(): Promise<Orphan[]>;
  /** @returns null when it is gone; else why not */
  remove(orphan: Orphan): Promise<string | null>;
  /** @throws SwarmError `deployment_locked` while a drill or a rollback runs on it */
  lock(): Promise<AsyncDisposable>;
}
