import { describe, expect, it } from 'vitest';
import { readStreams } from './read-streams.ts';

const FACTS = { sid: 'TR_1', publisher: undefined, expected: true, paused: false, rated: true };
const ROUTE = [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
  { id: 'P', type: 'candidate-pair', localCandidateId: 'L', currentRoundTripTime: 0.03 },
  {
    id: 'L',
    type: 'local-candidate',
    candidateType: 'relay',
    protocol: 'udp',
    relayProtocol: 'tls',
  },
];

describe('readStreams', () => {
  it('reads received streams', () => {
    const inbound = {
      id: 'I',
      type: 'inbound-rtp',
      kind: 'video',
      ssrc: 5,
      codecId: 'C',
      packetsReceived: 10,
      packetsLost: -2,
      framesDropped: 4,
      totalDecodeTime: 0.5,
    };
    const codec = { id: 'C', type: 'codec', mimeType: 'video/VP8' };
    const { streams, route } = readStreams(
      [{ ...inbound, frameWidth: 640, frameHeight: 360 }, codec, ...ROUTE],
      { ...FACTS, publisher: 'PA_ben' },
    );
    expect(route).toEqual({ transport: 'relay_tls', rtt: 0.03 });
    expect(streams).toMatchObject([
      {
        key: 'TR_1 inbound-rtp 5',
        direction: 'down',
        kind: 'video',
        codec: 'vp8',
        publisher: 'PA_ben',
        width: 640,
        height: 360,
        rtt: 0.03,
        rated: true,
      },
    ]);
    expect(streams[0]?.counters).toMatchObject({
      packets: 10,
      lost: 0,
      bytes: 0,
      framesDropped: 4,
      codecSeconds: 0.5,
    });
  });

  it('reads the receiver reports for sent streams per layer; the largest active layer represents the track', () => {
    const layer = (ssrc: number, height: number, active: boolean) => [
      {
        id: `O${ssrc}`,
        type: 'outbound-rtp',
        kind: 'video',
        ssrc,
        packetsSent: ssrc,
        frameWidth: 2 * height,
        frameHeight: height,
        active,
        qualityLimitationDurations: { none: 2, cpu: ssrc },
      },
      {
        id: `R${ssrc}`,
        type: 'remote-inbound-rtp',
        ssrc,
        packetsLost: 1,
        jitter: 0.002,
        roundTripTime: 0.05,
      },
    ];
    const { streams } = readStreams(
      [...layer(1, 180, true), ...layer(2, 360, true), ...layer(3, 720, false)],
      FACTS,
    );
    expect(
      streams.map(({ counters, rated, rtt }) => [
        counters.packets,
        counters.lost,
        counters.cpuLimitedSeconds,
        rated,
        rtt,
      ]),
    ).toEqual([
      [1, 1, 1, false, 0.05],
      [2, 1, 2, true, 0.05],
      [3, 1, 3, false, 0.05],
    ]);
  });

  it('tolerates missing and implausible values', () => {
    const { streams, route } = readStreams(
      [{ id: 'I', type: 'inbound-rtp', packetsReceived: Number.NaN, jitter: -1 }],
      FACTS,
    );
    expect(streams).toMatchObject([
      { kind: 'audio', codec: undefined, jitter: undefined, rtt: undefined },
    ]);
    expect(route).toEqual({ transport: undefined, rtt: undefined });
    expect(readStreams([], FACTS).streams).toEqual([]);
  });
});
