import { Sketch } from '@livekit-swarm/metrics';
import type { DataStreamsSample, DataTracksSample, RpcSample } from '@livekit-swarm/record';
import {
  type FrameResult,
  noFrames,
  type RpcResult,
  type StreamResult,
} from './exchange-result.ts';

/** Role of a participant. */
export interface Measured {
  group: string;
  role: string;
}

interface Calls {
  sample: Omit<RpcSample, 'time'>;
  time: Sketch;
}

interface Streams {
  sample: Omit<DataStreamsSample, 'time' | 'throughput'>;
  time: Sketch;
  throughput: Sketch;
}

interface Frames extends Measured {
  frames: FrameResult;
}

/** Results of calls, streams and data tracks since the last sample, by role. */
export class ExchangeMeter {
  readonly #calls = new Map<string, Calls>();
  readonly #streams = new Map<string, Streams>();
  readonly #frames = new Map<string, Frames>();

  addCall({ group, role }: Measured, { ms, code }: RpcResult): void {
    const { sample, time } = ofRole<Calls>(this.#calls, group, role, () => ({
      sample: { group, role, calls: 0, errors: {} },
      time: new Sketch(),
    }));
    sample.calls++;
    if (ms === null) sample.errors[code] = (sample.errors[code] ?? 0) + 1;
    else time.add(ms);
  }

  addStream({ group, role }: Measured, { bytes, ms }: StreamResult): void {
    const { sample, time, throughput } = ofRole<Streams>(this.#streams, group, role, () => ({
      sample: { group, role, streams: 0, incomplete: 0, bytes: 0 },
      time: new Sketch(),
      throughput: new Sketch(),
    }));
    sample.streams++;
    sample.bytes += bytes;
    if (ms === null) sample.incomplete++;
    else {
      time.add(ms);
      // Times are whole milliseconds.
      throughput.add((bytes * 8_000) / Math.max(1, ms));
    }
  }

  /** Counts of the frames of a role since the last sample; the caller adds to them. */
  framesOf({ group, role }: Measured): FrameResult {
    return ofRole<Frames>(this.#frames, group, role, () => ({ group, role, frames: noFrames() }))
      .frames;
  }

  addFrames(measured: Measured, { latencies, ...counts }: FrameResult): void {
    const frames = this.framesOf(measured);
    for (const name of FRAME_COUNTS) frames[name] += counts[name];
    for (const ms of latencies) frames.latencies.push(ms);
  }

  /** Measurements since the last call. */
  take(): {
    rpc?: RpcSample[];
    dataStreams?: DataStreamsSample[];
    dataTracks?: DataTracksSample[];
  } {
    const rpc = [...this.#calls.values()].map(({ sample, time }) => ({
      ...sample,
      time: time.toBins(),
    }));
    const dataStreams = [...this.#streams.values()].map(({ sample, time, throughput }) => ({
      ...sample,
      time: time.toBins(),
      throughput: throughput.toBins(),
    }));
    const dataTracks = [...this.#frames.values()].map(({ group, role, frames }) => {
      const { latencies, ...counts } = frames;
      const latency = new Sketch();
      for (const ms of latencies) latency.add(ms);
      return { group, role, ...counts, latency: latency.toBins() };
    });
    this.#calls.clear();
    this.#streams.clear();
    this.#frames.clear();
    return {
      ...(rpc.length > 0 && { rpc }),
      ...(dataStreams.length > 0 && { dataStreams }),
      ...(dataTracks.length > 0 && { dataTracks }),
    };
  }
}

const FRAME_COUNTS = [
  'sent',
  'dropped',
  'received',
  'reordered',
  'lost',
  'tracks',
  'silent',
] as const satisfies (keyof FrameResult)[];

const ofRole = <Of>(all: Map<string, Of>, group: string, role: string, make: () => Of): Of => {
  const key = JSON.stringify([group, role]);
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
};
