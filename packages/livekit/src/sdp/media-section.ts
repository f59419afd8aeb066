import type { MediaDescription } from 'sdp-transform';
import type { LocalPeer, MediaKind } from '../media-plane.ts';
import type { OwnTrack } from './own-track.ts';
import {
  AUDIO_FEEDBACK,
  CODECS,
  type CodecProfile,
  DEPENDENCY_DESCRIPTOR_ID,
  EXTENSION_URIS,
  hasDependencyDescriptor,
  OFFERED_EXTENSIONS,
  VIDEO_FEEDBACK,
} from './profile.ts';

/**
 * One m-line of a local offer, in the order of the description: it sends `track`, or receives a
 * remote one.
 */
export interface Section {
  mid: string;
  kind: MediaKind;
  track: OwnTrack | null;
  /** The track is no longer published. Its m-line stays (RFC 3264 §8). */
  stopped?: true;
}

/** ICE and DTLS attributes; bundled m-lines repeat them (RFC 8843 §7.1.3). */
export const transportLines = (local: LocalPeer, setup: 'actpass' | 'active') => {
  const [type = '', hash = ''] = local.fingerprint.split(' ');
  return {
    connection: { version: 4, ip: '0.0.0.0' },
    iceUfrag: local.ufrag,
    icePwd: local.pwd,
    iceOptions: 'trickle',
    fingerprint: { type, hash },
    setup,
  };
};

/** `m=application` for SCTP over DTLS (RFC 8841). */
export const applicationSection = (
  local: LocalPeer,
  mid: string,
  setup: 'actpass' | 'active',
): MediaDescription => ({
  type: 'application',
  port: 9,
  protocol: 'UDP/DTLS/SCTP',
  payloads: 'webrtc-datachannel',
  rtp: [],
  fmtp: [],
  ...transportLines(local, setup),
  mid,
  sctpPort: 5000,
  maxMessageSize: 262_144,
});

/**
 * An m-line as a browser offers it: `sendonly` with a published track, or `recvonly`; with every
 * supported codec, that of the track first. pion takes the codecs of a PeerConnection from its
 * first m-line of a kind: with the codec of the track alone, no other codec could be received.
 */
export const offeredSection = (
  section: Section,
  local: LocalPeer,
  cname: string,
  codecs: CodecProfile[] = codecsOf(section),
): MediaDescription => {
  const { kind, track, stopped = false } = section;
  return {
    ...codecLines(codecs, kind, track?.stereo === true),
    type: kind,
    port: 9,
    protocol: 'UDP/TLS/RTP/SAVPF',
    ...transportLines(local, 'actpass'),
    rtcp: { port: 9, netType: 'IN', ipVer: 4, address: '0.0.0.0' },
    ext: offeredExtensions(section),
    mid: section.mid,
    direction: stopped ? 'inactive' : track === null ? 'recvonly' : 'sendonly',
    rtcpMux: 'rtcp-mux',
    rtcpRsize: 'rtcp-rsize',
    ...(track !== null && !stopped && sendLines(track, cname)),
  };
};

/** Supported codecs of an m-line, that of its track first. */
const codecsOf = ({ kind, track }: Section): CodecProfile[] => {
  const sent = track === null ? undefined : sendProfile(track);
  return CODECS.filter((profile) => profile.kind === kind).sort(
    (a, b) => Number(b === sent) - Number(a === sent),
  );
};

const offeredExtensions = ({ kind, track }: Section): NonNullable<MediaDescription['ext']> => {
  const extensions = OFFERED_EXTENSIONS[kind].map(([name, value]) => ({
    value,
    uri: EXTENSION_URIS[name],
  }));
  const uri = EXTENSION_URIS.dependencyDescriptor;
  // Received AV1 has the sizes of its layers in the dependency descriptor.
  const isLayered = track === null ? kind === 'video' : hasDependencyDescriptor(track.codec);
  return isLayered ? [...extensions, { value: DEPENDENCY_DESCRIPTOR_ID, uri }] : extensions;
};

/** Profile of a published track: the first one of its codec. */
export const sendProfile = (track: OwnTrack): CodecProfile | undefined =>
  CODECS.find((profile) => profile.codec === track.codec);

/**
 * Attribute of a stereo sender (RFC 7587 §6.1). The receiver requests `stereo`, `usedtx` and
 * `maxaveragebitrate` in its answer.
 */
const STEREO = ';sprop-stereo=1';

const codecLines = (
  codecs: CodecProfile[],
  kind: MediaKind,
  stereo: boolean,
): Pick<MediaDescription, 'payloads' | 'rtp' | 'fmtp' | 'rtcpFb'> => {
  const rtp: MediaDescription['rtp'] = [];
  const fmtp: MediaDescription['fmtp'] = [];
  const rtcpFb: NonNullable<MediaDescription['rtcpFb']> = [];
  for (const { name, clockRate, channels, fmtp: config, payloadType, rtxPayloadType } of codecs) {
    rtp.push({
      payload: payloadType,
      codec: name,
      rate: clockRate,
      ...(channels !== null && { encoding: channels }),
    });
    if (config !== null)
      fmtp.push({ payload: payloadType, config: stereo ? `${config}${STEREO}` : config });
    for (const feedback of kind === 'audio' ? AUDIO_FEEDBACK : VIDEO_FEEDBACK)
      rtcpFb.push(feedbackLine(payloadType, feedback));
    if (rtxPayloadType === null) continue;
    rtp.push({ payload: rtxPayloadType, codec: 'rtx', rate: clockRate });
    fmtp.push({ payload: rtxPayloadType, config: `apt=${payloadType}` });
  }
  return { payloads: rtp.map(({ payload }) => payload).join(' '), rtp, fmtp, rtcpFb };
};

export const feedbackLine = (payload: number, feedback: string) => {
  const [type = '', subtype] = feedback.split(' ');
  return { payload, type, ...(subtype !== undefined && { subtype }) };
};

/**
 * Attributes of sent layers, as livekit-client writes them: by rid (RFC 8853), or the only stream
 * by SSRC with its repair flow (RFC 5576 §4.2, RFC 4588 §8.8).
 */
const sendLines = (track: OwnTrack, cname: string): Partial<MediaDescription> => {
  const msid = [{ id: cname, appdata: track.cid }];
  const rids = track.layers.flatMap(({ rid }) => (rid === null ? [] : [rid]));
  if (rids.length > 0) {
    return {
      msid,
      rids: rids.map((id) => ({ id, direction: 'send' })),
      simulcast: { dir1: 'send', list1: rids.join(';') },
    };
  }
  const layer = track.layers[0];
  if (layer === undefined) return { msid };
  const ssrcs = layer.rtxSsrc === null ? [layer.ssrc] : [layer.ssrc, layer.rtxSsrc];
  return {
    msid,
    ...(ssrcs.length > 1 && { ssrcGroups: [{ semantics: 'FID', ssrcs: ssrcs.join(' ') }] }),
    ssrcs: ssrcs.flatMap((id) => [
      { id, attribute: 'cname', value: cname },
      { id, attribute: 'msid', value: `${cname} ${track.cid}` },
    ]),
  };
};
