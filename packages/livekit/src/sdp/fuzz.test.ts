import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localPeer } from '../../test/support/recording-plane.ts';
import { sdpFixture } from '../../test/support/sdp-fixture.ts';
import { AnswerWriter } from './answer.ts';
import type { Section } from './media-section.ts';
import { writeOffer } from './offer.ts';
import { ownTrack, type TrackSpec } from './own-track.ts';
import { parseMedia, splitDescription } from './parse-media.ts';
import { DescriptionReader, type RemoteDescription, readDescription } from './read.ts';
import { receiveStream } from './streams.ts';

/** Fixed seed, so that only a change of the code can make the test fail. */
const SEED = 20_261;

const fixtures = ['answer-v1-1.13.4', 'offer-v0-1.11.0', 'offer-chromium'] as const;
const captured = fixtures.map(sdpFixture);
const lines = [...new Set(captured.flatMap((sdp) => sdp.split('\r\n')))];

/** Values that attributes of other lines have, and values that no server sends. */
const words = fc.oneof(
  fc.constantFrom(...new Set(lines.flatMap((line) => line.split(/[\s:=/;|]/)))),
  fc.constantFrom('', '0', '-1', '007', '1e9', '4294967296', '99999999999999999999', '0x1f'),
  fc.constantFrom('NaN', 'undefined', '__proto__', 'constructor', 'toString', '*', '\0', '\u2028'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

/** A fraction from 0 to 0.9999. Most random doubles below 1 are close to 0. */
const fraction = fc.nat({ max: 9_999 }).map((part) => part / 10_000);

/** One change of a description: a line, or a word of it. */
const change = fc.record({
  line: fraction,
  word: fraction,
  how: fc.constantFrom('drop', 'repeat', 'insert', 'replace', 'replace', 'replace'),
  to: words,
  other: fc.constantFrom(...lines),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const changed = (sdp: string, { line, word, how, to, other }: Change): string => {
  const rows = sdp.split('\r\n');
  const at = Math.floor(line * rows.length);
  const row = rows[at] ?? '';
  const parts = row.split(/([\s:=/;|])/);
  parts[Math.floor(word * parts.length)] = to;
  const becomes = {
    drop: [],
    repeat: [row, row],
    insert: [other, row],
    replace: [parts.join('')],
  }[how];
  return rows.toSpliced(at, 1, ...becomes).join('\r\n');
};

/** Descriptions of real peers with some of their lines changed. */
const mutated = fc
  .tuple(fc.constantFrom(...captured), fc.array(change, { minLength: 1, maxLength: 8 }))
  .map(([sdp, changes]) => changes.reduce(changed, sdp));

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.oneof(fc.constantFrom(...lines), words), { maxLength: 40 })
    .map((rows) => rows.join('\r\n')),
);

/**
 * Result of `read`; null when the description is rejected with a message of this package. Any other
 * error is a defect.
 */
const orRefused = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch (error) {
    expect(error).toMatchObject({ message: expect.stringMatching(/^the description has /) });
    return null;
  }
};

const isWhole = (value: unknown, min: number, max: number): boolean =>
  Number.isInteger(value) && Number(value) >= min && Number(value) <= max;

const isSsrc = (value: unknown): boolean => value === null || isWhole(value, 0, 0xffff_ffff);
const isPayloadType = (value: unknown): boolean => isWhole(value, 0, 127);
const isText = (value: unknown): boolean => typeof value === 'string';

/** Fields whose value does not have the declared type, or numbers that no packet can contain. */
const unusable = ({ transport, extensions, sections }: RemoteDescription): unknown[] => [
  ...[transport.ufrag, transport.pwd, transport.fingerprint].filter((text) => !isText(text)),
  ...transport.candidates.filter((candidate) => !candidate.startsWith('candidate:')),
  ...Object.entries(extensions).filter(([, id]) => !isWhole(id, 1, 255)),
  ...sections.flatMap((section) => {
    const stream = receiveStream(section, {});
    return [
      ...[section.ssrc, section.rtxSsrc].filter((id) => !isSsrc(id)),
      ...[section.mid, stream?.trackSid ?? '', stream?.participantSid ?? ''].filter(
        (text) => !isText(text),
      ),
      ...section.payloads.filter(
        ({ payloadType, clockRate, rtxPayloadType }) =>
          !isPayloadType(payloadType) ||
          !isPayloadType(rtxPayloadType ?? 0) ||
          !isWhole(clockRate, 0, 0xffff_ffff),
      ),
    ];
  }),
];

describe('a description of a server', () => {
  it.each([
    ['with changed lines', mutated, 400],
    ['of any text', anyText, 200],
  ])('%s is read or refused', (_what, texts, numRuns) => {
    fc.assert(
      fc.property(texts, (sdp) => {
        const description = orRefused(() => readDescription(sdp));
        expect(description === null ? [] : unusable(description)).toEqual([]);
      }),
      { numRuns, seed: SEED },
    );
  });

  it('is read as by a new reader', () => {
    fc.assert(
      fc.property(fc.array(mutated, { minLength: 2, maxLength: 4 }), (sdps) => {
        const reader = new DescriptionReader();
        for (const sdp of sdps)
          expect(orRefused(() => reader.read(sdp))).toEqual(orRefused(() => readDescription(sdp)));
      }),
      { numRuns: 50, seed: SEED },
    );
  });

  it('is answered m-line by m-line, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, anyText), (offer) => {
        const write = () =>
          new AnswerWriter().write({ offer, sessionId: 1, version: 1, local: localPeer(1) });
        const offered = orRefused(() => readDescription(offer));
        const answer = orRefused(write);
        if (offered === null || answer === null) return;
        const answered = splitDescription(answer).bodies.map(parseMedia);
        expect(answered.map(({ mid = '' }) => mid)).toEqual(offered.sections.map(({ mid }) => mid));
        for (const [index, { rtp }] of answered.entries()) {
          const codecs = offered.sections[index]?.payloads.map(({ payloadType }) => payloadType);
          const taken = rtp.filter(({ codec }) => codec.toLowerCase() !== 'rtx');
          expect(codecs).toEqual(expect.arrayContaining(taken.map(({ payload }) => payload)));
        }
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});

const cid = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);

const tracks: fc.Arbitrary<TrackSpec | null> = fc.oneof(
  fc.constant(null),
  cid.map(
    (of): TrackSpec => ({
      cid: of,
      kind: 'audio',
      codec: 'opus',
      layers: [{ width: 0, height: 0, bitrate: 24_000 }],
    }),
  ),
  fc
    .tuple(cid, fc.constantFrom('vp8' as const, 'h264' as const), fc.integer({ min: 1, max: 3 }))
    .map(
      ([of, codec, layers]): TrackSpec => ({
        cid: of,
        kind: 'video',
        codec,
        layers: Array(layers).fill({ width: 320, height: 180, bitrate: 150_000 }),
      }),
    ),
);

const sections = fc
  .array(fc.tuple(tracks, fc.constantFrom('audio' as const, 'video' as const)), { maxLength: 12 })
  .map((all) =>
    all.map(
      ([spec, kind], index): Section => ({
        mid: String(index + 1),
        kind: spec?.kind ?? kind,
        track: spec === null ? null : ownTrack(spec),
      }),
    ),
  );

describe('an offer of this package', () => {
  it('is parsed as it was written, for any tracks', () => {
    fc.assert(
      fc.property(sections, fc.nat(), (offered, version) => {
        const local = localPeer(1);
        const sdp = writeOffer({ sessionId: 1, version, local, sections: offered, cname: 'self' });
        const { transport, sections: read } = readDescription(sdp);
        const { ufrag, pwd, fingerprint } = local;
        expect(transport).toMatchObject({ ufrag, pwd, fingerprint, dataChannels: true });
        expect(transport.candidates).toEqual(local.candidates);
        expect(read.map(({ mid }) => mid)).toEqual(['0', ...offered.map(({ mid }) => mid)]);
        for (const [index, { kind, track }] of offered.entries()) {
          const layer = track?.layers.length === 1 ? track.layers[0] : undefined;
          expect(read[index + 1]).toMatchObject({
            kind,
            direction: track === null ? 'recvonly' : 'sendonly',
            msid: track === null ? null : { stream: 'self', track: track.cid },
            ssrc: layer?.ssrc ?? null,
            rtxSsrc: layer?.rtxSsrc ?? null,
          });
        }
      }),
      { numRuns: 50, seed: SEED },
    );
  });
});
