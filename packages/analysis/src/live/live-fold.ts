import {
  COORDINATOR_SHARD,
  type DeploymentLine,
  type HeaderLine,
  type RecordLine,
  type SampleLine,
  type ServerMissingLine,
} from '@livekit-swarm/record';
import { type Scenario, scenarioOfRecord } from '@livekit-swarm/scenario';
import { createRunPhase, type PhaseFold, type RunPhase } from '../history/run-phase.ts';
import type { SummaryFold } from '../summary/summarize.ts';
import type { InterimSummary } from '../summary/summary.ts';
import { resolveThresholds, type SourcedThreshold } from '../verdict/default-thresholds.ts';
import { evaluate, type ThresholdResult } from '../verdict/threshold-result.ts';
import { LiveColumns } from './live-columns.ts';
import { LiveMarks } from './live-marks.ts';
import { LiveParticipants } from './live-participants.ts';
import { type LiveGenerator, LiveSecond } from './live-second.ts';

/** Current state of the load generator. */
export interface LiveGeneratorNow extends LiveGenerator {
  workers: number;
  workersDied: number;
}

const SECOND_MS = 1_000;
/**
 * Time after which a second ends although the coordinator wrote no sample, ms. The coordinator
 * samples once a second, after its workers.
 */
const NO_COORDINATOR_MS = 1_500;

/**
 * Fold of a run under way, from the lines of its record. Adding a line is cheap, and ending a
 * second takes a few sums and two quantiles: results are computed only on request.
 */
export class LiveFold {
  readonly columns = new LiveColumns();
  readonly participants = new LiveParticipants();
  readonly marks = new LiveMarks();
  readonly #second = new LiveSecond();
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
  #workersDied = 0;
  #at = 0;
  /** End of the last complete second, s after the start. */
  #until = 0;
  #point = -1;
  #ended = false;

  /**
   * @param fold summary fold that receives the lines, for thresholds; null: `observe` gets another
   * one
   */
  constructor(fold: SummaryFold | null) {
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

  /** Last point of the columns; -1: none yet. */
  get point(): number {
    return this.#point;
  }

  get thresholds(): readonly SourcedThreshold[] {
    return this.#thresholds;
  }

  /** Results of the last `evaluate`. */
  get results(): readonly ThresholdResult[] {
    return this.#results;
  }

  generator(): LiveGeneratorNow {
    return {
      ...this.#second.generator(),
      workers: this.#header?.workers ?? 0,
      workersDied: this.#workersDied,
    };
  }

  /**
   * Adds a line.
   * @returns whether a second has become complete, so that the figures have changed
   */
  add(line: RecordLine): boolean {
    this.#fold?.add(line);
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
        complete = this.#addSample(line) || complete;
        break;
      case 'server':
        this.#missing = null;
        this.#second.addServer(line);
        break;
      case 'server_missing':
        this.#missing = line;
        break;
      case 'event':
        this.#serverVersion = line.serverVersion ?? this.#serverVersion;
        this.#second.addEvent(line);
        this.participants.addEvent(line);
        this.marks.addLine(line);
        if (line.event === 'worker_died') {
          this.#workersDied++;
          if (line.shard !== undefined) this.#second.forget(line.shard);
        }
        break;
      case 'drill':
        this.marks.addLine(line);
        break;
      case 'participant':
        this.participants.addResult(line);
        break;
      case 'end':
        this.#ended = true;
        complete = this.#flush(line.at) || complete;
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

  #addSample(line: SampleLine): boolean {
    this.#second.addSample(line);
    return line.shard === COORDINATOR_SHARD ? this.#flush(line.at) : false;
  }

  /** Ends the second before a time, if it is still open. */
  #flush(at: number): boolean {
    const until = Math.floor(at / SECOND_MS);
    if (until <= this.#until) return false;
    this.#until = until;
    const point = this.columns.open(until - 1);
    this.marks.addSecond(at, this.#second.events);
    this.#second.flush(this.columns, point, at);
    const { connected, reconnecting, disconnected, join_failed } = this.participants.counts();
    for (const [name, figure] of Object.entries({
      connected,
      reconnecting,
      disconnected,
      'not joined': join_failed,
    }))
      this.columns.add(point, name, 'mean', { part: figure, whole: 1, figure });
    this.#point = point;
    return true;
  }
}
