/** Part of a month, Unix time in ms; `toMs` is not part of it. */
interface Span {
  fromMs: number;
  toMs: number;
}

/** A time that does not count. */
export interface Exclusion extends Span {
  /** Source of the exclusion: the metrics of a drill or load test, or --exclude. */
  by: 'drill' | 'load_test' | 'flag';
  /** The drill, or the scenario of the load test; null: --exclude. */
  name: string | null;
  /** The cluster of the drill or load test, "" without the label; null: all. */
  cluster: string | null;
  /** True when it leaves out figures of a deployment. */
  applies: boolean;
}

/** Counted events, and those that were bad. */
interface Counted {
  total: number;
  bad: number;
}

/** An objective for a deployment in a month. */
export interface SloResult extends Counted {
  /** `join_success`, … */
  slo: string;
  title: string;
  unit: string;
  /** Labels of the deployment. */
  labels: Readonly<Record<string, string>>;
  objective: number;
  /** Share that was good; null: nothing was counted. */
  good: number | null;
  met: boolean | null;
  /** Share of the error budget of the counted events that is used; above 1 it is exceeded. */
  budgetUsed: number | null;
  /**
   * Share of the month for which Prometheus has figures, excluded times apart. The rest is unknown:
   * neither good nor bad.
   */
  covered: number;
  /** Time without figures. */
  unknownMs: number;
  /** Events of excluded times, which the objective does not count. */
  excluded: Counted;
}

export interface MonthReport extends Span {
  /** `2026-11` */
  name: string;
  exclusions: Exclusion[];
  results: SloResult[];
}

/** The result of `swarm slo report`. */
export interface SloReport {
  /** Address of Prometheus, without secrets. */
  prometheus: string;
  months: readonly MonthReport[];
}
