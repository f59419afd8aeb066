/**
 * Loss that the kernel causes and counts: nftables drops RTP at random on arrival, and its counters
 * show the outcome of each packet.
 */
import { randomBytes } from 'node:crypto';
import { holdTable, listCounters } from './nft.ts';

/** Number of packets that passed, and that were dropped on arrival. */
export interface PacketCounts {
  passed: number;
  dropped: number;
}

/**
 * Counts of a stream's sequence numbers: first transmissions, and retransmissions on the same SSRC
 * or by RTX.
 */
export interface StreamTruth {
  first: PacketCounts;
  again: PacketCounts;
}

export interface Truth {
  audio: StreamTruth;
  video: StreamTruth;
  /** RTP packets with an unknown payload type. */
  other: number;
  /**
   * Messages that requested packets again (RFC 4585 §6.2.1), on their way to the sender of the
   * dropped packets.
   */
  nacks: number;
}

/** Filter that drops packets until it is disposed of, or this process ends. */
export interface PacketFilter extends AsyncDisposable {
  read(): Promise<Truth>;
}

export interface PacketFilterOptions {
  /** Muxed UDP ports of the server; other packets are not affected. */
  ports: { udpFirst: number; udpLast: number };
  /**
   * Words before a command that run it where the packets arrive. Default: none, packets arrive on
   * this host.
   */
  through?: readonly string[];
  /**
   * Direction of the loss. `source`: packets from the server are dropped. `destination`: packets to
   * the server.
   */
  serverIs: 'source' | 'destination';
  /** Percentage of dropped RTP packets. */
  percent: number;
}

/** Payload types that `packages/livekit` offers and livekit-server keeps. */
const OPUS = 111;
const VP8 = 96;
const VP8_RTX = 97;

/** Raw payload expressions: bits after the start of the UDP header, which has 64. */
const VERSION = '@th,64,2';
const FEEDBACK_FORMAT = '@th,67,5';
const SECOND_BYTE = '@th,72,8';
const PAYLOAD_TYPE = '@th,73,7';
const SEQUENCE = '@th,80,16';
const SSRC = '@th,128,32';

const COUNTERS = ['audio_first', 'audio_again', 'video_first', 'video_again'] as const;
type Counter = (typeof COUNTERS)[number];

/**
 * Starts to drop RTP on arrival. STUN, DTLS and RTCP pass: a lost retransmission request would be
 * loss of another kind. A packet dropped on departure would fail at its sender (EPERM), which no
 * network causes.
 *
 * Loss before recovery concerns sequence numbers instead of packets: audio is retransmitted on its
 * own SSRC, and a repeated number must not count twice. So the kernel remembers the sequence
 * numbers of each SSRC (no stream here lasts for 65,536 of them) and counts first transmissions
 * separately.
 *
 * @throws Error with the output of nft when it may not be used
 */
export const dropRtp = async (options: PacketFilterOptions): Promise<PacketFilter> => {
  const { through = [] } = options;
  const table = `swarm_loss_${process.pid}_${randomBytes(3).toString('hex')}`;
  const held = await holdTable(through, table, ruleset(options));
  return {
    read: async () => readTruth(await listCounters(through, table)),
    [Symbol.asyncDispose]: held.release,
  };
};

const ruleset = ({
  ports: { udpFirst, udpLast },
  serverIs,
  percent,
}: PacketFilterOptions): string => {
  const range = `${udpFirst}-${udpLast}`;
  const [media, feedback] =
    serverIs === 'source'
      ? [`sport ${range}`, `dport ${range}`]
      : [`dport ${range}`, `sport ${range}`];
  return `
  set seen { typeof ${SSRC} . ${SEQUENCE}; size 1000000; flags dynamic; }
  counter other { }
  counter nacks { }
  ${COUNTERS.map((name) => fateChain(name, percent)).join('\n  ')}
  chain rtp {
    ${PAYLOAD_TYPE} ${VP8_RTX} goto video_again
    ${sortOut('audio', OPUS)}
    ${sortOut('video', VP8)}
    counter name other
  }
  chain arriving {
    type filter hook input priority 0; policy accept;
    udp ${media} ${VERSION} 2 ${SECOND_BYTE} != 192-223 jump rtp comment "RTP, not RTCP, STUN or DTLS: RFC 7983 §7, RFC 5761 §4"
  }
  chain leaving {
    type filter hook output priority 0; policy accept;
    udp ${feedback} ${VERSION} 2 ${FEEDBACK_FORMAT} 1 ${SECOND_BYTE} 205 counter name nacks comment "headers of SRTCP are not encrypted: RFC 3711 §3.4"
  }`;
};

const fateChain = (name: Counter, percent: number): string => `
  counter ${name}_passed { }
  counter ${name}_dropped { }
  chain ${name} {
    numgen random mod 100 < ${percent} counter name ${name}_dropped drop
    counter name ${name}_passed accept
  }`;

const sortOut = (kind: 'audio' | 'video', payloadType: number): string => `
    ${PAYLOAD_TYPE} ${payloadType} ${SSRC} . ${SEQUENCE} @seen goto ${kind}_again
    ${PAYLOAD_TYPE} ${payloadType} add @seen { ${SSRC} . ${SEQUENCE} } goto ${kind}_first`;

const readTruth = (json: string): Truth => {
  const { nftables } = JSON.parse(json) as {
    nftables: { counter?: { name: string; packets: number } }[];
  };
  const packets = new Map(
    nftables.flatMap(({ counter }) =>
      counter === undefined ? [] : [[counter.name, counter.packets]],
    ),
  );
  const count = (name: string): number => {
    const known = packets.get(name);
    if (known === undefined) throw new Error(`nftables has no counter ${name}`);
    return known;
  };
  const countsOf = (name: Counter): PacketCounts => ({
    passed: count(`${name}_passed`),
    dropped: count(`${name}_dropped`),
  });
  return {
    audio: { first: countsOf('audio_first'), again: countsOf('audio_again') },
    video: { first: countsOf('video_first'), again: countsOf('video_again') },
    other: count('other'),
    nacks: count('nacks'),
  };
};

/** Share of dropped packets, 0 … 1. */
export const dropRate = ({ passed, dropped }: PacketCounts): number => dropped / (passed + dropped);
