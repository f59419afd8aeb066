/**
 * Records of large and eventful runs that never were, written as a run writes them: line by line,
 * never all of it in memory.
 */

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Sketch, type SketchBins } from '@livekit-swarm/metrics';
import { emptySeries, type RecordLine, type TrackResult } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { generatorOf, recordOf, trackOf } from '@livekit-swarm/testkit/record-of';

export interface BigRun {
  rooms: number;
  /** Participants of each room. */
  people: number;
  seconds: number;
  shards: number;
  /** Name of a participant by the indexes of room and participant, from 0. */
  identity?: (room: number, person: number) => string;
  roomName?: (room: number) => string;
}

/** Noise that is the same every time (a linear congruential generator, Numerical Recipes §7.1). */
const noise = (): (() => number) => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const bins = (values: number[]): SketchBins => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch.toBins();
};

/** An outage in the middle of the run: loss, latency, disconnected participants. */
const inStorm = (second: number, seconds: number): boolean =>
  second > seconds * 0.4 && second < seconds * 0.5;

export function* bigRun({
  rooms,
  people,
  seconds,
  shards,
  identity,
  roomName,
}: BigRun): Generator<RecordLine> {
  const random = noise();
  const nameOf = identity ?? ((room, person) => `k3x9-${room + 1}-p${person + 1}`);
  const roomOf = roomName ?? ((room) => `swarm-k3x9-${room + 1}`);
  const spec = specOf({
    rooms: 1,
    participants: 2,
    publish: ['audio', 'video'],
    durationMs: seconds * 1_000,
  });
  const [header, deployment] = recordOf(spec, shards);
  if (header?.type !== 'header' || deployment === undefined)
    throw new Error('a record begins with its header');
  const total = rooms * people;
  const joinS = Math.max(1, Math.min(60, Math.floor(seconds / 5)));
  const endAtMs = seconds * 1_000;
  const windows = [
    { name: 'joining', fromMs: 0, toMs: joinS * 1_000, source: 'builtin' as const },
    { name: 'steady', fromMs: joinS * 1_000, toMs: endAtMs, source: 'builtin' as const },
  ];
  yield {
    ...header,
    plan: {
      rooms,
      participants: total,
      droppedRooms: 0,
      windows,
      lastJoinAtMs: joinS * 1_000,
      endAtMs,
    },
    processes: shards,
  };
  yield deployment;

  /** Participants that are disconnected, and lose more packets. */
  const victims = new Set<number>();
  let joined = 0;
  for (let second = 1; second <= seconds; second++) {
    for (; joined < Math.min(total, Math.ceil((total * second) / joinS)); joined++) {
      const about = personOf(joined);
      const at = Math.floor(((joined + 1) / total) * joinS * 1_000);
      const took = 40 + random() * 120;
      yield {
        type: 'event',
        at,
        event: 'joined',
        ...about,
        phases: { started: 1, signal: took / 3, ice: took / 2, joined: took },
        node: 'ND_a',
      };
      yield { type: 'event', at: at + 90, event: 'first_media', ...about, durationMs: took + 90 };
    }
    const storm = inStorm(second, seconds);
    if (storm && second % 7 === 0) {
      const victim = Math.floor(random() * total);
      victims.add(victim);
      const about = personOf(victim);
      yield {
        type: 'event',
        at: second * 1_000,
        event: 'signal_lost',
        ...about,
        reason: 'silence',
        message: 'nothing came for 4 s',
      };
      yield {
        type: 'event',
        at: second * 1_000 + 900,
        event: 'resumed',
        ...about,
        durationMs: 900,
      };
    }
    for (let shard = 0; shard < shards; shard++) yield sampleOf(second, shard, storm);
  }
  for (let one = 0; one < total; one++) {
    const about = personOf(one);
    yield {
      type: 'participant',
      at: endAtMs,
      ...about,
      joinAtMs: Math.floor((one / total) * joinS * 1_000),
      leaveAtMs: endAtMs,
      outcome: one % 331 === 330 ? 'disconnected' : 'left',
      reason: one % 331 === 330 ? 'connection_timeout' : null,
      joinTimeMs: 40 + random() * 120,
      resumes: victims.has(one) ? 1 : 0,
      reconnects: 0,
      expectedTracks: { audio: people - 1, video: people - 1 },
      tracks: tracksOf(one),
    };
  }
  yield { type: 'end', at: endAtMs, reason: 'completed' };

  function personOf(one: number) {
    const room = Math.floor(one / people);
    return {
      identity: nameOf(room, one % people),
      room: roomOf(room),
      group: 'load',
      role: 'publisher',
      shard: room % shards,
    };
  }

  function tracksOf(one: number): TrackResult[] {
    const room = Math.floor(one / people);
    return Array.from({ length: people }, (_, other) => other).flatMap((other): TrackResult[] =>
      other === one % people
        ? [trackOf({ direction: 'up', kind: 'audio' }), trackOf({ direction: 'up', kind: 'video' })]
        : (['audio', 'video'] as const).map((kind) =>
            trackOf({
              direction: 'down',
              kind,
              publisher: nameOf(room, other),
              packets: 30_000,
              lost: Math.floor(random() * 40) + (victims.has(one) ? 900 : 0),
              latencyP95Ms: 5 + random() * 40,
              jitterMs: 1 + random() * 4,
            }),
          ),
    );
  }

  function sampleOf(second: number, shard: number, storm: boolean): RecordLine {
    const here = Math.floor(joined / shards);
    const series = (['audio', 'video'] as const).flatMap((kind) => {
      const labels = {
        kind,
        group: 'load',
        role: 'publisher',
        codec: kind === 'audio' ? 'opus' : 'vp8',
      };
      const rate = kind === 'audio' ? 50 : 120;
      const tracks = here * (people - 1);
      const packets = Math.floor(tracks * rate * (0.98 + random() * 0.04));
      const slow = storm ? 140 : 0;
      return [
        {
          ...emptySeries({ ...labels, direction: 'up' }),
          tracks: here,
          packets: here * rate,
          bytes: here * rate * 900,
          rtt: bins([0.8, 1 + random()]),
        },
        {
          ...emptySeries({ ...labels, direction: 'down' }),
          tracks,
          packets,
          bytes: packets * (kind === 'audio' ? 90 : 900),
          lost: storm ? Math.floor(packets * 0.03 * random()) : 0,
          lostBeforeRecovery: storm ? Math.floor(packets * 0.06) : 0,
          nacksSent: storm ? Math.floor(packets * 0.02) : 0,
          interruptions: storm ? Math.floor(random() * 4) : 0,
          layers: kind === 'video' ? { '180': storm ? tracks : 0, '720': storm ? 0 : tracks } : {},
          latency: bins(Array.from({ length: 60 }, () => slow + 2 + random() * 30)),
          jitter: bins(Array.from({ length: 30 }, () => 1 + random() * (storm ? 20 : 3))),
        },
      ];
    });
    return {
      type: 'sample',
      at: second * 1_000 + Math.floor(random() * 12),
      shard,
      intervalMs: 1_000,
      connected: here,
      series,
      generator: generatorOf({ cpuCores: 0.4 + random() * 0.2 }),
    };
  }
}

/** Writes a record as a file. */
export const writeRecord = (lines: Iterable<RecordLine>, file: string): Promise<void> =>
  pipeline(
    Readable.from(
      (function* () {
        for (const line of lines) yield `${JSON.stringify(line)}\n`;
      })(),
    ),
    createWriteStream(file),
  );
