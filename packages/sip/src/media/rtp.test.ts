import { expect, test } from 'vitest';
import { ownAudio, payloadsOf, readWav } from './caller-audio.ts';
import { levelOfG711 } from './g711.ts';
import { readMediaAnswer } from './media-answer.ts';
import { Reception } from './reception.ts';
import { readRtp, writeRtp } from './rtp-packet.ts';
import { eventPackets, readDigits } from './telephone-event.ts';

const PACKET = {
  ...{ payloadType: 8, marker: true, sequence: 65_535, timestamp: 4_294_967_295, ssrc: 7 },
  payload: Buffer.from('audio'),
};

test('writes and reads packets; what is not RTP is null', () => {
  expect(readRtp(writeRtp(PACKET))).toEqual(PACKET);
  // A contributing source, an extension of one word, and two bytes of padding.
  const bytes = Buffer.concat([
    Buffer.from([0xb1, 0x00, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]),
    Buffer.from([9, 9, 9, 9, 0xbe, 0xde, 0, 1, 1, 1, 1, 1]),
    Buffer.from([42, 0, 2]),
  ]);
  expect(readRtp(bytes)?.payload).toEqual(Buffer.from([42]));
  for (const wrong of ['', 'SIP/2.0 200 OK', '\x80'])
    expect(readRtp(Buffer.from(wrong, 'latin1'))).toBeNull();
});

test('a reception counts loss over the wrap of sequence numbers, and finds the first voice', () => {
  const reception = new Reception();
  const silence = Buffer.alloc(160, 0xff);
  const voice = payloadsOf(ownAudio(), 0)[10] ?? silence;
  expect(levelOfG711(voice, 0)).toBeGreaterThan(-30);
  // 65,534, 65,535, 0, lost, 2; the last one comes too early by 10 ms.
  for (const [index, ahead] of [0, 1, 2, 4].entries())
    reception.add(
      {
        ...{ payloadType: 0, marker: false, sequence: (65_534 + ahead) & 0xffff, ssrc: 1 },
        ...{ timestamp: ahead * 160, payload: index < 2 ? silence : voice },
      },
      1_000 + 20 * ahead - (ahead === 4 ? 10 : 0),
    );
  expect(reception.facts).toEqual({
    ...{ packets: 4, others: 0, lost: 1, firstAtMs: 1_000, voiceAtMs: 1_040, longestGapMs: 30 },
    jitterMs: 10 / 16,
  });
});

test('other payloads than G.711 are not audio, and no loss', () => {
  const reception = new Reception();
  // Comfort noise and a telephone event between audio; RTCP has no sequence numbers.
  for (const [index, payloadType] of [13, 8, 101, 8, 73, 8].entries())
    reception.add(
      { ...PACKET, payloadType, sequence: payloadType === 73 ? 6 : 1 + Math.min(index, 4) },
      20 * index,
    );
  expect(reception.facts).toMatchObject({ packets: 3, others: 2, lost: 0, firstAtMs: 20 });
  const events = new Reception();
  events.add({ ...PACKET, payloadType: 101 }, 0);
  expect(events.facts).toMatchObject({ packets: 0, firstAtMs: null });
});

test('events of RFC 4733: growing duration, an end that is repeated', () => {
  const packets = eventPackets('*');
  const [first, ...others] = packets.filter((packet) => packet !== null);
  expect(first?.payload).toEqual(Buffer.from([10, 10, 0, 160]));
  expect([first?.marker, ...others.map(({ marker }) => marker)].filter(Boolean)).toHaveLength(1);
  const ends = others.filter(({ payload }) => (payload[1] ?? 0) >= 0x80);
  expect(ends.map(({ payload }) => payload.readUInt16BE(2))).toEqual([1_280, 1_280, 1_280]);
  expect(others.slice(0, 7).map(({ payload }) => payload.readUInt16BE(2) / 160)).toEqual([
    ...[2, 3, 4, 5, 6, 7, 8],
  ]);
  expect(others.map(({ ends }) => ends).filter(Boolean)).toEqual(['*']);
  expect(packets.slice(-5)).toEqual([null, null, null, null, null]);
  expect(() => readDigits('12x')).toThrow('not digits');
  expect(readDigits('1a#')).toBe('1A#');
});

test('an answer: address of the media before that of the session, no media without a port', () => {
  const sdp = (media: string): string =>
    `v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n${media}`;
  expect(readMediaAnswer(sdp('m=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\n'))).toEqual({
    ...{ host: '10.0.0.2', port: 4_000, eventPayloadType: null },
  });
  expect(
    readMediaAnswer(sdp('m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\n')),
  ).toEqual({ host: '10.0.0.1', port: 4_000, eventPayloadType: 96 });
  expect(readMediaAnswer(sdp('m=audio 0 RTP/AVP 0\r\n'))).toBeNull();
  expect(readMediaAnswer(sdp('m=audio 70000 RTP/AVP 0\r\n'))).toBeNull();
  expect(readMediaAnswer('')).toBeNull();
});

/** A WAV file with a chunk before the samples. */
const wav = (rate: number, channels: number, samples: number): Buffer => {
  const format = Buffer.alloc(24);
  format.write('fmt ');
  format.writeUInt32LE(16, 4);
  format.writeUInt16LE(1, 8);
  format.writeUInt16LE(channels, 10);
  format.writeUInt32LE(rate, 12);
  format.writeUInt16LE(16, 22);
  const data = Buffer.alloc(8 + 2 * samples);
  data.write('data');
  data.writeUInt32LE(2 * samples, 4);
  data.writeInt16LE(-5, 8);
  return Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0', 'latin1'),
    format,
    data,
  ]);
};

test('reads WAV files of 8,000 Hz, and names the command for others', () => {
  expect(readWav(wav(8_000, 1, 200), 'a.wav')).toEqual(Int16Array.of(-5, ...Array(199).fill(0)));
  for (const wrong of [
    wav(48_000, 1, 200),
    wav(8_000, 2, 200),
    wav(8_000, 1, 10),
    Buffer.from('x'),
  ])
    expect(() => readWav(wrong, 'a.wav')).toThrow('a.wav: ');
  expect(() => readWav(Buffer.alloc(0), 'a.wav')).toThrow('not a WAV file');
});
