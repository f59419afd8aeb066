/**
 * A stand-in of LiveKit's egress service, which cannot be built in tests: it answers a
 * livekit-server over Redis (psrpc) as a worker does, and writes files with ffmpeg that hold marks,
 * not the media of the room. It shows nothing about the real service: its CPU, its quality, its way
 * of failing.
 */
import { existsSync, statSync, truncateSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EgressInfo, EgressStatus, FileInfo, StopEgressRequest } from '@livekit/protocol';
import type { EgressFailure } from './failure.ts';
import { PsrpcBus, PsrpcError } from './psrpc-bus.ts';
import { type MarksRecorder, recordMarks, type Tracks } from './record-marks.ts';
import { type EgressSource, pathOf, readStartRequest, type StartRequest } from './start-request.ts';

/** In `EgressInfo.details`, so that every list of the server names it. */
export const STAND_IN = 'stand-in of livekit-swarm: not the egress service, no media of the room';

/** Details of the recordings of a worker. */
export const detailsOf = (worker: string): string =>
  worker === '' ? STAND_IN : `${STAND_IN}; worker ${worker}`;

/** Time from the answer to a request until the recording starts, ms. */
const STARTS_AFTER_MS = 300;
/** Time after which failures show themselves, ms. */
const FAILS_AFTER_MS = 2_000;
/** Beginning that is missing with `starts_late`, ms. */
const LATE_MS = 3_000;
/** Time between two looks of a worker that drains, ms. */
const DRAIN_LOOK_MS = 50;

export interface StandInOptions {
  redisUrl: string;
  /** Folder below which files are written. */
  folder: string;
  /** Failure of the recordings of a room. */
  failureOf?: (room: string) => EgressFailure | null;
  /** Stores a finished file elsewhere, before its end is reported. @param name as egress reports it */
  upload?: (file: string, name: string) => Promise<void>;
  /** Name of this worker among several, which `EgressInfo.details` has; empty: it is alone. */
  worker?: string;
  /** Recordings that it takes at the same time. */
  maxJobs?: number;
}

interface Job {
  info: EgressInfo;
  file: string;
  failure: EgressFailure | null;
  recorder: MarksRecorder | null;
}

export class EgressStandIn implements AsyncDisposable {
  readonly #bus: PsrpcBus;
  readonly #options: Required<StandInOptions>;
  readonly #jobs = new Map<string, Job>();
  /** Requests that it offered to take, before one of the workers was chosen. */
  #offered = 0;
  #isDraining = false;

  private constructor(options: StandInOptions) {
    this.#options = {
      ...{ failureOf: () => null, worker: '', maxJobs: Number.POSITIVE_INFINITY },
      upload: () => Promise.resolve(),
      ...options,
    };
    this.#bus = new PsrpcBus(options.redisUrl);
  }

  /** Starts to accept requests of a livekit-server with this Redis. */
  static async start(options: StandInOptions): Promise<EgressStandIn> {
    const standIn = new EgressStandIn(options);
    await standIn.#bus.serve('EgressInternal', 'StartEgress', '', {
      affinity: (bytes) => standIn.#offer(readStartRequest(bytes)),
      answer: async (bytes) => {
        standIn.#offered--;
        return (await standIn.#begin(readStartRequest(bytes))).toBinary();
      },
      notChosen: () => {
        standIn.#offered--;
      },
    });
    return standIn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    await Promise.all(jobs.map(({ recorder }) => recorder?.kill()));
    await this.#bus[Symbol.asyncDispose]();
  }

  /** Takes no further request. Resolves when those that it has are done. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    while (this.#jobs.size > 0) await sleep(DRAIN_LOOK_MS);
  }

  /** Willingness to take a request: the less, the more recordings this worker has. */
  #offer({ request }: StartRequest): number {
    const { failureOf, maxJobs } = this.#options;
    if (request.case === undefined || this.#isDraining || this.#jobs.size >= maxJobs) return -1;
    if (failureOf(request.value.roomName) === 'refuses') return -1;
    this.#offered++;
    return 1 / (this.#jobs.size + this.#offered);
  }

  async #begin({ egressId, roomId, request }: StartRequest): Promise<EgressInfo> {
    const asked = request.case === undefined ? null : pathOf(request);
    if (request.case === undefined || asked === null)
      throw new PsrpcError('invalid_argument', 'the stand-in writes files alone');
    // It may have offered more than it can take.
    if (this.#jobs.size >= this.#options.maxJobs)
      throw new PsrpcError('resource_exhausted', `${this.#options.worker} is full`);
    const failure = this.#options.failureOf(request.value.roomName);
    const info = new EgressInfo({
      ...{ egressId, roomId, roomName: request.value.roomName, request },
      details: detailsOf(this.#options.worker),
      ...{ status: EgressStatus.EGRESS_STARTING, updatedAt: nowNs() },
    });
    const job: Job = {
      ...{ info, failure, recorder: null },
      file: join(this.#options.folder, asked),
    };
    this.#jobs.set(egressId, job);
    await this.#bus.serve('EgressHandler', 'StopEgress', egressId, {
      affinity: () => 1,
      answer: async (bytes) =>
        (await this.#stop(StopEgressRequest.fromBinary(bytes).egressId)).toBinary(),
    });
    const answer = info.clone();
    // The server stores the answer first, and would overwrite a state that it got before.
    setTimeout(() => void this.#record(job), STARTS_AFTER_MS);
    return answer;
  }

  async #record(job: Job): Promise<void> {
    const { failure, info, file } = job;
    if (failure === 'never_starts') return;
    if (failure === 'aborted')
      return await this.#end(job, EgressStatus.EGRESS_ABORTED, 'Start signal not received');
    // A beginning that is missing: the server is notified that it had begun.
    const announcedAtMs = failure === 'starts_late' ? Date.now() : null;
    if (announcedAtMs !== null) {
      await this.#activate(job, announcedAtMs);
      await sleep(LATE_MS);
    }
    const recorder = await recordMarks(file, tracksOf(info.request as EgressSource), failure);
    // It was stopped, or the stand-in was, while ffmpeg started.
    if (!this.#jobs.has(info.egressId)) return await recorder.kill();
    job.recorder = recorder;
    if (announcedAtMs === null) await this.#activate(job, recorder.startedAtMs);
    if (failure === null || !ENDS_ITSELF.has(failure)) return;
    await sleep(FAILS_AFTER_MS);
    if (!this.#jobs.has(info.egressId)) return;
    if (failure === 'dies') {
      this.#jobs.delete(info.egressId);
      await this.#bus.stopServing('EgressHandler', 'StopEgress', info.egressId);
      return await recorder.kill();
    }
    await recorder.stop();
    if (failure === 'ends_early') await this.#end(job, EgressStatus.EGRESS_COMPLETE);
    else await this.#end(job, EgressStatus.EGRESS_FAILED, 'pipeline error');
  }

  async #activate({ info }: Job, startedAtMs: number): Promise<void> {
    info.status = EgressStatus.EGRESS_ACTIVE;
    info.startedAt = nsOf(startedAtMs);
    await this.#update(info);
  }

  async #stop(egressId: string): Promise<EgressInfo> {
    const job = this.#jobs.get(egressId);
    if (job === undefined) throw new PsrpcError('not_found', `no egress ${egressId}`);
    const { info } = job;
    info.status = EgressStatus.EGRESS_ENDING;
    await this.#update(info);
    const answer = info.clone();
    void this.#finish(job);
    return answer;
  }

  async #finish(job: Job): Promise<void> {
    const { recorder, failure, file } = job;
    if (recorder === null)
      return await this.#end(job, EgressStatus.EGRESS_ABORTED, 'Stopped before it was active');
    await recorder.stop();
    if (failure === 'no_file') unlinkSync(file);
    if (failure === 'empty_file') truncateSync(file);
    if (failure === 'truncated_file') truncateSync(file, Math.floor(statSync(file).size / 2));
    await this.#end(job, EgressStatus.EGRESS_COMPLETE);
  }

  async #end({ info, file, recorder }: Job, status: EgressStatus, error = ''): Promise<void> {
    this.#jobs.delete(info.egressId);
    Object.assign(info, { status, error, endedAt: nowNs() });
    if (recorder !== null) {
      const duration = nowNs() - nsOf(recorder.startedAtMs);
      const filename = file.slice(this.#options.folder.length + 1);
      if (existsSync(file)) await this.#options.upload(file, filename);
      info.fileResults = [new FileInfo({ filename, duration, location: file })];
    }
    await this.#update(info);
    await this.#bus.stopServing('EgressHandler', 'StopEgress', info.egressId);
  }

  async #update(info: EgressInfo): Promise<void> {
    info.updatedAt = nowNs();
    await this.#bus.request('IOInfo', 'UpdateEgress', info.toBinary());
  }
}

/** Failures after which the recording is over before it is stopped. */
const ENDS_ITSELF: ReadonlySet<EgressFailure> = new Set(['dies', 'ends_early', 'failed']);

const nsOf = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n;
const nowNs = (): bigint => nsOf(Date.now());

/** Tracks that a recording should have: of a track its kind, which its file's name shows. */
const tracksOf = (source: EgressSource): Tracks => {
  if (source.case !== 'track') return ['video', 'audio'];
  return pathOf(source)?.endsWith('.ogg') === true ? ['audio'] : ['video'];
};
