import {
  COORDINATOR_SHARD,
  type DeploymentLine,
  type HeaderLine,
  type RecordLine,
  type ServerMissingLine,
} from '@livekit-swarm/record';
import { type Scenario, scenarioOfRecord } from '@livekit-swarm/scenario';
import { createHistory, type History, type HistoryFold } from '../history/history.ts';
import { createRunPhase, type PhaseFold, type RunPhase } from '../history/run-phase.ts';
import type { SeriesQuery } from '../history/time-series.ts';
import type { SummaryFold } from '../summary/summarize.ts';
import type { InterimSummary } from '../summary/summary.ts';
import { resolveThresholds, type SourcedThreshold } from '../verdict/default-thresholds.ts';
import { evaluate, type ThresholdResult } from '../verdict/threshold-result.ts';
import { LiveMarks } from './live-marks.ts';
import { LiveParticipants } from './live-participants.ts';

const SECOND_MS = 1_000;
/**
 * Time after which a second ends although the coordinator wrote no sample, ms. The coordinator
 * samples once a second, after its workers.
 */
const NO_COORDINATOR_MS = 1_500;

/**
 * Fold of a run under way, from the lines of its record. Adding a line is cheap: figures are
 * computed only on request. They come from the history that reports read, too.
 */
export class LiveFold {
  readonly participants = new LiveParticipants();
  readonly marks = new LiveMarks();
  readonly #history: HistoryFold;
  readonly #phase: PhaseFold = createRunPhase();
  readonly #fold: SummaryFold | null;
  #interim: (() => InterimSummary) | null;
  #header: HeaderLine | null = null;
  #scenario: Scenario | null = null;
  #deployment: DeploymentLine | null = null;
  #missing: ServerMissingLine | null = null;
  #serverVersion: string | null = null;
  #thresholds: readonly SourcedThreshold[] = [];
  #results: ThresholdResult[] = [];
  #processesDied = 0;
  #at = 0;
  /** End of the last complete second, s after the start. */
  #until = 0;
  /** Number of seconds at the last `takeChanged`. */
  #taken = 0;
  #ended = false;

  /**
   * @param queries series of the charts
   * @param fold summary fold that receives the lines, for thresholds; null: `observe` gets another
   * one
   */
  constructor(queries: readonly SeriesQuery[], fold: SummaryFold | null) {
    this.#history = createHistory(queries);
    this.#fold = fold;
    this.#interim = fold?.interim ?? null;
  }

  /**
   * Sets the summary of the same run on which thresholds are evaluated, so that the run is folded
   * once.
   */
  observe(interim: () => InterimSummary): void {
    this.#interim = interim;
  }

  get header(): HeaderLine | null {
    return this.#header;
  }

  get scenario(): Scenario | null {
    return this.#scenario;
  }

  get deployment(): DeploymentLine | null {
    return this.#deployment;
  }

  get serverVersion(): string | null {
    return this.#deployment?.serverVersion ?? this.#serverVersion;
  }

  /**
   * Reason why there are no figures of the server; null: there are some, or the reason is unknown.
   */
  get serverMissing(): ServerMissingLine | null {
    return this.#missing;
  }

  /** Time of the last line, ms after the start. */
  get elapsedMs(): number {
    return this.#at;
  }

  get phase(): RunPhase {
    return this.#phase.at(this.participants.counts().joining);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get thresholds(): readonly SourcedThreshold[] {
    return this.#thresholds;
  }

  /** Results of the last `evaluate`. */
  get results(): readonly ThresholdResult[] {
    return this.#results;
  }

  get processesDied(): number {
    return this.#processesDied;
  }

  /**
   * History of the complete seconds, and of everything once the run has ended; valid until the next
   * line.
   */
  history(): History {
    return this.#history.interim(this.#ended ? undefined : this.#until);
  }

  /** First second whose figures are new or may have changed since the last call. */
  takeChanged(): number {
    const from = Math.min(this.#history.takeChanged(), this.#taken);
    this.#taken = this.#until;
    return from;
  }

  /**
   * Adds a line.
   * @returns whether a second has become complete, so that the figures have changed
   */
  add(line: RecordLine): boolean {
    this.#fold?.add(line);
    this.#history.add(line);
    this.#phase.add(line);
    let complete = false;
    if ('at' in line && Number.isFinite(line.at)) {
      const late = line.at - this.#until * SECOND_MS >= SECOND_MS + NO_COORDINATOR_MS;
      if (late) complete = this.#flush(line.at - NO_COORDINATOR_MS);
      this.#at = Math.max(this.#at, line.at);
    }
    switch (line.type) {
      case 'header':
        this.#header = line;
        this.#scenario = scenarioOfRecord(line.scenario);
        this.#thresholds = resolveThresholds(this.#scenario);
        this.participants.begin(line);
        break;
      case 'deployment':
        this.#deployment = line;
        break;
      case 'sample':
        if (line.shard === COORDINATOR_SHARD) complete = this.#flush(line.at) || complete;
        break;
      case 'server':
        this.#missing = null;
        break;
      case 'server_missing':
        this.#missing = line;
        break;
      case 'event':
        this.#serverVersion = line.serverVersion ?? this.#serverVersion;
        this.participants.addEvent(line);
        this.marks.addLine(line);
        if (line.event === 'process_died') this.#processesDied++;
        break;
      case 'drill':
        this.marks.addLine(line);
        break;
      case 'participant':
        this.participants.addResult(line);
        break;
      case 'end':
        this.#flush(line.at);
        this.#ended = true;
        complete = true;
        break;
      default:
    }
    return complete;
  }

  /** Evaluates the thresholds on the measurements so far. */
  evaluate(): void {
    if (this.#interim === null || this.#header === null) return;
    const interim = this.#interim();
    this.#results = this.#thresholds.flatMap((threshold) => evaluate(interim, threshold));
    this.marks.addThresholds(this.#at, this.#results);
  }

  /** Ends the second before a time, if it is still open. */
  #flush(at: number): boolean {
    const until = Math.floor(at / SECOND_MS);
    if (until <= this.#until) return false;
    this.#until = until;
    this.marks.endSecond(at);
    return true;
  }
}
