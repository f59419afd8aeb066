/**
 * `node scripts/run.mjs bench/sample-cost.ts [--participants 200] [--seconds 300]`: CPU time of the
 * event loop of a worker for the sample of each second, µs per participant who sends and receives
 * an audio track: the tables of the media engine are read and added up. The tables are generated,
 * with the columns of the engine.
 */
import { parseArgs } from 'node:util';
import { Sampler } from '../packages/engine/src/native/streams/sampler.ts';
import { StreamRegistry } from '../packages/engine/src/native/streams/stream-registry.ts';
import { downStream, peerOf, upStream } from '../packages/engine/test/support/streams.ts';
import { loadAddon } from '../packages/webrtc/src/open-pump.ts';
import { sampleReader } from '../packages/webrtc/src/rows.ts';

const { values } = parseArgs({
  options: {
    participants: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '300' },
  },
});
const [participants, seconds] = [Number(values.participants), Number(values.seconds)];
/** Number of samples until V8 has compiled the code. */
const WARM_UP = 40;
const HANDLES = ['sender', 'receiver', 'peer'];

const names = loadAddon().sampleColumns();
const read = sampleReader(names);

/** Table with a row for each participant: its handle, and growing counters. */
const table = (columns: string[], second: number): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: columns.length * participants }, (_, at) => {
    const column = at % columns.length;
    return HANDLES.includes(columns[column] ?? '')
      ? Math.floor(at / columns.length)
      : second * 50 + column;
  });

let second = 0;
let tables = {
  senders: new Float64Array(),
  receivers: new Float64Array(),
  peers: new Float64Array(),
};
const pump = {
  sample: () =>
    read({
      ...tables,
      ...{ flows: new Float64Array(), interruptions: new Float64Array(), latencies: [] },
      ...{ datagramsSent: 0, datagramsReceived: 0, wireBytesSent: 0, wireBytesReceived: 0 },
      ...{ sharedSocketDrops: 0, maxTickLateMs: 0, stuckThreads: 0, cpuSeconds: 0 },
    }),
};
const registry = new StreamRegistry();
for (let handle = 0; handle < participants; handle++) {
  registry.peers.set(handle, peerOf({ peer: handle }));
  registry.up.set(handle, upStream({ handle, peer: handle, kind: 'audio' }));
  registry.down.set(handle, downStream({ handle, peer: handle, kind: 'audio' }));
}
const sampler = new Sampler(pump, registry);

let microseconds = 0;
for (; second < WARM_UP + seconds; second++) {
  tables = {
    senders: table(names.senders, second),
    receivers: table(names.receivers, second),
    peers: table(names.peers, second),
  };
  const before = process.cpuUsage();
  sampler.take(participants);
  const { user, system } = process.cpuUsage(before);
  if (second >= WARM_UP) microseconds += user + system;
}
console.log(
  `${(microseconds / seconds / participants).toFixed(1)} µs for a participant and second`,
);
