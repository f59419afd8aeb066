/**
 * `node scripts/run.mjs bench/two-engines.ts [--peers 1000] [--media calls|audio|video] [--seconds
 * 10] [--own-sockets]`: two media engines of one thread each exchange media, without server and
 * signalling: `calls` are audio both ways, `audio` and `video` (720p) go one way. Prints µs of CPU
 * per packet of both threads: for a profile of the packet path (`perf record -p PID`), and to
 * compare changes of the crate. Also ms of CPU per join.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadClip, openPump, type Pump } from '@livekit-swarm/webrtc';

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    media: { type: 'string', default: 'calls' },
    'own-sockets': { type: 'boolean', default: false },
  },
});
const peers = Number(values.peers);
const isVideo = values.media === 'video';
const isMutual = values.media === 'calls';
const clipName = isVideo ? 'vp8-720p' : 'speech';

/**
 * Joins are spread, because otherwise all DTLS handshakes would run simultaneously and time out.
 */
const JOINS_AT_ONCE = 20;
/** Extensions: LiveKit negotiates transport-wide sequence numbers only for video. */
const EXTENSIONS = {
  ...{ mid: 4, absCaptureTime: 7, audioLevel: 1 },
  transportWideCc: isVideo ? 3 : 0,
};

let connected = 0;
const open = (): Pump =>
  openPump({ threads: 1, ownSockets: values['own-sockets'] }, (events) => {
    connected += events.filter(({ type }) => type === 'connected').length;
  });
const [left, right] = [open(), open()];
const clips = new Map([left, right].map((pump) => [pump, pump.addClip(loadClip(clipName))]));
const codec = isVideo
  ? ({ payloadType: 96, codec: 'vp8', clockRate: 90_000 } as const)
  : ({ payloadType: 111, codec: 'opus', clockRate: 48_000 } as const);

const send = (pump: Pump, peer: number, ssrc: number): void => {
  const { payloadType } = codec;
  const track = { mid: '0', ssrc, payloadType, cname: 'bench', active: true };
  pump.addSender({ ...track, peer, clip: clips.get(pump) ?? 0 });
};
const receive = (pump: Pump, peer: number, ssrc: number): void => {
  const feedback = { nack: true, pli: isVideo, remb: false };
  pump.addReceiver({
    ...{ peer, kind: isVideo ? 'video' : 'audio', mid: '0', ssrc, cohort: 1 },
    ...{ ...feedback, payloads: [codec] },
  });
};

for (let index = 0; index < peers; index++) {
  const [a, b] = [left.createPeer('127.0.0.1'), right.createPeer('127.0.0.1')];
  left.setExtensions(a.peer, EXTENSIONS);
  right.setExtensions(b.peer, EXTENSIONS);
  left.setRemote(a.peer, { ...b, dtlsRole: 'client', controlling: true, dataChannels: false });
  right.setRemote(b.peer, { ...a, dtlsRole: 'server', controlling: false, dataChannels: false });
  left.addRemoteCandidate(a.peer, b.candidate);
  right.addRemoteCandidate(b.peer, a.candidate);
  const ssrc = 2 * index + 1;
  send(right, b.peer, ssrc);
  receive(left, a.peer, ssrc);
  if (isMutual) {
    send(left, a.peer, ssrc + 1);
    receive(right, b.peer, ssrc + 1);
  }
  if (index % JOINS_AT_ONCE === 0) while (connected < 2 * (index - JOINS_AT_ONCE)) await sleep(5);
}
while (connected < 2 * peers) await sleep(20);

const sumOf = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);
const total = () => {
  const samples = [left, right].map((pump) => pump.sample());
  const sum = (read: (sample: (typeof samples)[number]) => number): number =>
    samples.reduce((all, sample) => all + read(sample), 0);
  return {
    cpu: samples.map(({ cpuSeconds }) => cpuSeconds),
    packets: sum(({ datagramsSent, datagramsReceived }) => datagramsSent + datagramsReceived),
    lost: sum(({ receivers }) => receivers.reduce((all, { lost }) => all + lost, 0)),
    late: sum(({ senders }) => senders.reduce((all, { lateSends }) => all + lateSends, 0)),
  };
};
const joins = total();
await sleep(1_000);
console.error(`connected ${peers} pairs, pid ${process.pid}`);
const before = total();
await sleep(Number(values.seconds) * 1_000);
const after = total();
const cpu = after.cpu.map((seconds, index) => seconds - (before.cpu[index] ?? 0));
const packets = after.packets - before.packets;
const [cpuLeft = 0, cpuRight = 0] = cpu;
console.log(
  JSON.stringify({
    peers,
    media: values.media,
    ownSockets: values['own-sockets'],
    packets,
    microsPerPacket: Number((((cpuLeft + cpuRight) * 1e6) / packets).toFixed(3)),
    // Handshakes, and the media until the last of them.
    millisPerJoin: Number(((sumOf(joins.cpu) * 1e3) / (2 * peers)).toFixed(3)),
    // In one direction, the left engine only receives.
    ...(!isMutual && { receiver: Number(((cpuLeft * 2e6) / packets).toFixed(3)) }),
    residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    lost: after.lost - before.lost,
    late: after.late - before.late,
  }),
);
left.close();
right.close();
