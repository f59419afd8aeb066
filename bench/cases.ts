import { type ClipData, loadClip } from '@livekit-swarm/webrtc';

/** Size of header, extensions and tag around an RTP payload, bytes: 12 + 16 + 16. */
const OVERHEAD_BYTES = 44;
const JOIN_RATE = 100;

export interface Case {
  name: string;
  /**
   * Network of the run. `loopback`: peers share a socket. `veth`: the server is in another network
   * namespace, and each peer has its own socket, as on a real network.
   */
  network: 'loopback' | 'veth';
  /** Number of participants of the run, and so of connections. */
  participants: number;
  /** Join rate, participants/s. */
  joinRate: number;
  flags: string[];
  /** Sent packets per second and participant (`sendRate`), and bytes of a datagram, as means. */
  sendRate: number;
  receiveRate: number;
  bytes: number;
}

/** Packet rate of a clip, packets/s, and mean size of a datagram with one packet, bytes. */
export const rateOf = ({
  clockRate,
  packets,
  frames,
  payload,
}: ClipData): { rate: number; bytes: number } => {
  const count = packets.length / 4;
  let ticks = 0;
  for (let frame = 2; frame < frames.length; frame += 4) ticks += frames[frame] ?? 0;
  return { rate: (count * clockRate) / ticks, bytes: payload.length / count + OVERHEAD_BYTES };
};

const joining = (joinRate: number): string[] => ['--join-rate', String(joinRate)];

/** Case of rooms of two with audio. */
export const audio = (participants: number, joinRate = JOIN_RATE): Case => {
  const { rate, bytes } = rateOf(loadClip('speech'));
  return {
    name: `audio, ${participants} participants`,
    network: 'loopback',
    participants,
    joinRate,
    flags: [
      '--rooms',
      String(participants / 2),
      '--participants',
      '2',
      '--publish',
      'audio',
      ...joining(joinRate),
    ],
    sendRate: rate,
    receiveRate: rate,
    bytes,
  };
};

const AUDIENCE = 50;

/** Case of rooms with few publishers and fifty participants each. */
const video = (subscribers: number): Case => {
  const stages = subscribers / AUDIENCE;
  const participants = subscribers + stages;
  const { rate, bytes } = rateOf(loadClip('vp8-720p'));
  return {
    name: `720p video, ${subscribers} subscribers`,
    network: 'loopback',
    participants,
    joinRate: JOIN_RATE,
    flags: [
      ...['--rooms', String(stages), '--participants', '1', '--subscribers', String(AUDIENCE)],
      ...['--publish', 'video', '--video', '720p', ...joining(JOIN_RATE)],
    ],
    sendRate: (rate * stages) / participants,
    receiveRate: (rate * subscribers) / participants,
    bytes,
  };
};

const overVeth = (one: Case): Case => ({ ...one, name: `${one.name}, veth`, network: 'veth' });

export const CASES: Case[] = [
  ...[audio(100), audio(200), audio(500), audio(1000), video(100)],
  ...[audio(200), video(100)].map(overVeth),
];
