import { parse } from 'sdp-transform';
import { expect, test } from 'vitest';
import { localPeer } from '../../test/support/recording-plane.ts';
import { sdpFixture } from '../../test/support/sdp-fixture.ts';
import type { Section } from './media-section.ts';
import { writeOffer } from './offer.ts';
import { ownTrack, type TrackSpec } from './own-track.ts';
import { readDescription } from './read.ts';

const layer = (height: number) => ({ width: (height * 16) / 9, height, bitrate: height * 1_000 });
const audio: TrackSpec = {
  cid: 'mic',
  kind: 'audio',
  codec: 'opus',
  layers: [{ width: 0, height: 0, bitrate: 24_000 }],
};
const camera = (codec: 'vp8' | 'h264' | 'vp9' | 'av1', heights: number[]): TrackSpec => ({
  cid: 'cam',
  kind: 'video',
  codec,
  layers: heights.map(layer),
});

const offerOf = (...sections: Omit<Section, 'mid'>[]) =>
  writeOffer({
    sessionId: 4_711,
    version: 2,
    local: localPeer(1),
    cname: 'participant',
    sections: sections.map((section, index) => ({ mid: String(index + 1), ...section })),
  });

const sending = (spec: TrackSpec): Omit<Section, 'mid'> => ({
  kind: spec.kind,
  track: ownTrack(spec),
});

test('everything is bundled, with our candidate inside', () => {
  const sdp = offerOf(sending(audio), { kind: 'video', track: null });
  const session = parse(sdp);
  expect(session.origin).toMatchObject({ sessionId: 4_711, sessionVersion: 2 });
  expect(session.groups).toEqual([{ type: 'BUNDLE', mids: '0 1 2' }]);
  expect(
    session.media.map(({ type, direction, setup }) => `${type} ${direction} ${setup}`),
  ).toEqual(['application undefined actpass', 'audio sendonly actpass', 'video recvonly actpass']);
  expect(session.media[0]?.candidates).toMatchObject([
    { ip: '127.0.0.1', port: 40_001, type: 'host' },
  ]);
  expect(readDescription(sdp).transport).toMatchObject({ ufrag: 'ufrag1', dataChannels: true });
});

test('stereo is announced for the track that has it', () => {
  const config = (spec: TrackSpec) => parse(offerOf(sending(spec))).media[1]?.fmtp[0]?.config;
  expect(config({ ...audio, stereo: true })).toBe('minptime=10;useinbandfec=1;sprop-stereo=1');
  expect(config(audio)).toBe('minptime=10;useinbandfec=1');
});

test('every local address is a candidate', () => {
  const candidates = [...localPeer(1).candidates, 'candidate:6 1 udp 2130706431 ::1 9 typ host'];
  const local = { ...localPeer(1), candidates };
  const sdp = writeOffer({ sessionId: 1, version: 1, local, cname: 'participant', sections: [] });
  expect(readDescription(sdp).transport.candidates).toEqual(candidates);
});

test('simulcast is offered by rid, as Chromium does', () => {
  const [, video] = parse(offerOf(sending(camera('vp8', [180, 360, 720])))).media;
  const [, chromium] = parse(sdpFixture('offer-chromium')).media;
  expect(video?.rids).toEqual(chromium?.rids);
  expect(video?.simulcast).toEqual(chromium?.simulcast);
  expect(video?.ssrcs).toBeUndefined();
  expect(video?.msid).toEqual([{ id: 'participant', appdata: 'cam' }]);
});

test('two layers are q and h', () => {
  const [, video] = parse(offerOf(sending(camera('vp8', [180, 360])))).media;
  expect(video?.simulcast).toEqual({ dir1: 'send', list1: 'q;h' });
});

test('one layer declares its SSRC and the repair flow, as Chromium does', () => {
  const track = ownTrack(camera('h264', [360]));
  const [, video] = parse(offerOf({ kind: 'video', track })).media;
  const [stream] = track.layers;
  expect(stream?.rid).toBeNull();
  expect(video?.ssrcGroups).toEqual([
    { semantics: 'FID', ssrcs: `${stream?.ssrc} ${stream?.rtxSsrc}` },
  ]);
  expect(video?.ssrcs?.map(({ id, attribute }) => `${id} ${attribute}`)).toEqual([
    `${stream?.ssrc} cname`,
    `${stream?.ssrc} msid`,
    `${stream?.rtxSsrc} cname`,
    `${stream?.rtxSsrc} msid`,
  ]);
  expect(video?.simulcast).toBeUndefined();
});

test('audio has no repair flow', () => {
  const [, section] = parse(offerOf(sending(audio))).media;
  expect(String(section?.payloads)).toBe('111');
  expect(section?.ssrcGroups).toBeUndefined();
  expect(new Set(section?.ssrcs?.map(({ id }) => id)).size).toBe(1);
});

test('all codecs are offered, that of the track first', () => {
  const [, sent, received] = readDescription(
    offerOf(sending(camera('h264', [720])), { kind: 'video', track: null }),
  ).sections;
  expect(sent?.payloads.map(({ codec }) => codec)).toEqual(['h264', 'vp8', 'h264', 'vp9', 'av1']);
  expect(
    received?.payloads.map(({ codec, rtxPayloadType }) => `${codec} ${rtxPayloadType}`),
  ).toEqual(['vp8 97', 'h264 109', 'h264 124', 'vp9 99', 'av1 46']);
});

test('extension ids, where Chromium offers the same, are Chromium’s', () => {
  const ours = readDescription(
    offerOf(sending(audio), sending(camera('vp8', [180, 360, 720])), sending(camera('vp9', [720]))),
  ).extensions;
  const theirs = readDescription(sdpFixture('offer-chromium')).extensions;
  expect(ours).toMatchObject(theirs);
  // Chromium supports it behind a flag.
  expect(Object.keys(ours)).toContain('absCaptureTime');
});

test('the dependency descriptor is offered with codecs that have layers in one stream, and to receive', () => {
  const [, vp8, vp9, received] = readDescription(
    offerOf(sending(camera('vp8', [720])), sending(camera('vp9', [720])), {
      kind: 'video',
      track: null,
    }),
  ).sections;
  expect(vp8?.extensions.dependencyDescriptor).toBeUndefined();
  expect(vp9?.extensions.dependencyDescriptor).toBe(12);
  expect(received?.extensions.dependencyDescriptor).toBe(12);
});

test('SSRCs are unique', () => {
  const ssrcs = Array.from(
    { length: 500 },
    () => ownTrack(camera('vp8', [180, 360, 720])).layers,
  ).flatMap((layers) => layers.flatMap(({ ssrc, rtxSsrc }) => [ssrc, rtxSsrc]));
  expect(new Set(ssrcs).size).toBe(ssrcs.length);
});

test('an offer extended step by step equals one written at once', () => {
  const sections: Section[] = [
    { mid: '1', kind: 'audio', track: ownTrack(audio) },
    { mid: '2', kind: 'video', track: null },
    { mid: '3', kind: 'audio', track: null },
  ];
  const input = { sessionId: 1, version: 1, local: localPeer(1), cname: 'participant' };
  const written = new Map<string, string>();
  for (const count of [1, 1, 2, 3]) {
    const some = sections.slice(0, count);
    expect(writeOffer({ ...input, sections: some, written })).toBe(
      writeOffer({ ...input, sections: some }),
    );
  }
});

test('offers of two participants differ only in their own values, for any names', () => {
  const offer = (peer: number, cname: string) =>
    writeOffer({
      sessionId: peer,
      version: 1,
      local: localPeer(peer),
      cname,
      sections: [
        { mid: '1', kind: 'audio', track: ownTrack({ ...audio, cid: `${cname}-audio` }) },
        { mid: '2', kind: 'audio', track: null },
      ],
    });
  offer(1, 'first');
  const [, sent, received] = parse(offer(2, '{ufrag} $1')).media;
  expect(sent).toMatchObject({ mid: 1, iceUfrag: 'ufrag2', direction: 'sendonly' });
  expect(sent?.ssrcs).toMatchObject([
    { attribute: 'cname', value: '{ufrag} $1' },
    { attribute: 'msid', value: '{ufrag} $1 {ufrag} $1-audio' },
  ]);
  expect(received).toMatchObject({
    ...{ mid: 2, iceUfrag: 'ufrag2', icePwd: localPeer(2).pwd, direction: 'recvonly' },
  });
  expect(received?.ssrcs).toBeUndefined();
});
