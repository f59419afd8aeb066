import { Sketch } from '@livekit-swarm/metrics';
import type { DataStreamsSample, RpcSample } from '@livekit-swarm/record';
import type { RpcResult, StreamResult } from './exchange-result.ts';

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

/** Results of calls and streams since the last sample, by role. */
export class ExchangeMeter {
  readonly #calls = new Map<string, Calls>();
  readonly #streams = new Map<string, Streams>();

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

  /** Measurements since the last call. */
  take(): { rpc?: RpcSample[]; dataStreams?: DataStreamsSample[] } {
    const rpc = [...this.#calls.values()].map(({ sample, time }) => ({
      ...sample,
      time: time.toBins(),
    }));
    const dataStreams = [...this.#streams.values()].map(({ sample, time, throughput }) => ({
      ...sample,
      time: time.toBins(),
      throughput: throughput.toBins(),
    }));
    this.#calls.clear();
    this.#streams.clear();
    return { ...(rpc.length > 0 && { rpc }), ...(dataStreams.length > 0 && { dataStreams }) };
  }
}

const ofRole = <Of>(all: Map<string, Of>, group: string, role: string, make: () => Of): Of => {
  const key = JSON.stringify([group, role]);
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
};
