import { type MediaDescription, parse, type SessionDescription } from 'sdp-transform';
import type {
  Codec,
  ExtensionIds,
  IceCredentials,
  MediaKind,
  ReceivePayload,
} from '../media-plane.ts';
import { isUint32, parseMedia, splitDescription } from './parse-media.ts';
import { CODECS, extensionOfUri } from './profile.ts';

/** A remote description as this package uses it. */
export interface RemoteDescription {
  transport: RemoteTransport;
  /** Extension ids of all m-lines: an id has one meaning within a bundle. */
  extensions: ExtensionIds;
  sections: RemoteSection[];
}

export interface RemoteTransport extends IceCredentials {
  /** Fingerprint of the certificate (RFC 8122): `sha-256 AB:…`. */
  fingerprint: string;
  setup: 'active' | 'passive' | 'actpass';
  iceLite: boolean;
  /** True when `m=application` was accepted. */
  dataChannels: boolean;
  /** ICE candidates (RFC 8839 §5.1): `candidate:…`. */
  candidates: string[];
  /** True when no further candidates follow (RFC 8840 §4.4). */
  candidatesEnded: boolean;
}

export interface RemoteSection {
  mid: string;
  kind: MediaKind | 'application';
  /**
   * Rejected by port 0 (RFC 3264 §6), unless the m-line exists only in the bundle (RFC 8843 §6).
   */
  rejected: boolean;
  /** Direction, as the remote wrote it. */
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  payloads: ReceivePayload[];
  /** RTCP feedback of any payload type: `nack`, `nack pli`, … */
  feedback: ReadonlySet<string>;
  extensions: ExtensionIds;
  /** Stream id and track id (RFC 8830). */
  msid: { stream: string; track: string } | null;
  ssrc: number | null;
  rtxSsrc: number | null;
}

/** An m-line with its transport attributes. */
interface ReadLine {
  media: MediaDescription;
  section: RemoteSection;
}

/**
 * Reads the descriptions of one PeerConnection, one after the other. In a room of fifty each of
 * them has a hundred m-lines, of which one or two are new: those that are identical to the last
 * description are not parsed again.
 */
export class DescriptionReader {
  #known = new Map<string, ReadLine>();

  /** @throws Error when ICE or DTLS attributes are missing: such a description cannot be used */
  read(sdp: string): RemoteDescription {
    const { head, bodies } = splitDescription(sdp);
    const lines = new Map(bodies.map((text) => [text, this.#known.get(text) ?? readLine(text)]));
    this.#known = lines;
    const read = [...lines.values()];
    const sections = read.map(({ section }) => section);
    return {
      transport: readTransport(
        parse(head),
        read.map(({ media }) => media),
      ),
      extensions: Object.assign({}, ...sections.map(({ extensions }) => extensions)),
      sections,
    };
  }
}

/** @throws Error as `DescriptionReader.read` does */
export const readDescription = (sdp: string): RemoteDescription =>
  new DescriptionReader().read(sdp);

const readLine = (text: string): ReadLine => {
  const media = parseMedia(text);
  return { media, section: readSection(media) };
};

const readTransport = (session: SessionDescription, media: MediaDescription[]): RemoteTransport => {
  const lines = [session, ...media];
  // sdp-transform turns values that look like numbers into numbers; an ICE ufrag may.
  const find = (name: 'iceUfrag' | 'icePwd' | 'setup') => {
    const value = lines.find((part) => part[name] !== undefined)?.[name];
    return value === undefined ? undefined : String(value);
  };
  const ufrag = find('iceUfrag');
  const pwd = find('icePwd');
  const fingerprint = lines.find((part) => part.fingerprint !== undefined)?.fingerprint;
  if (ufrag === undefined || pwd === undefined)
    throw new Error('the description has no ICE credentials');
  if (fingerprint === undefined) throw new Error('the description has no DTLS fingerprint');
  const setup = find('setup');
  return {
    ufrag,
    pwd,
    fingerprint: `${fingerprint.type} ${fingerprint.hash}`,
    setup: setup === 'active' || setup === 'passive' ? setup : 'actpass',
    iceLite: session.icelite !== undefined,
    dataChannels: media.some(({ type, port }) => type === 'application' && port !== 0),
    candidates: media.flatMap(readCandidates),
    candidatesEnded: media.some(({ endOfCandidates }) => endOfCandidates !== undefined),
  };
};

/**
 * Candidates of the first component: with rtcp-mux (RFC 5761) there is no second, though pion lists
 * one.
 */
const readCandidates = ({ candidates = [] }: MediaDescription): string[] =>
  candidates
    .filter(({ component }) => component === 1)
    .map(
      ({ foundation, component, transport, priority, ip, port, type, raddr, rport, tcptype }) =>
        `candidate:${foundation} ${component} ${transport} ${priority} ${ip} ${port} typ ${type}` +
        (raddr === undefined ? '' : ` raddr ${raddr} rport ${rport}`) +
        (tcptype === undefined ? '' : ` tcptype ${tcptype}`),
    );

const readSection = (media: MediaDescription): RemoteSection => {
  const [ssrc, rtxSsrc] = readSsrcs(media);
  return {
    mid: media.mid ?? '',
    kind: media.type === 'audio' || media.type === 'video' ? media.type : 'application',
    rejected: media.port === 0 && media.bundleOnly === undefined,
    direction: media.direction ?? 'sendrecv',
    payloads: readPayloads(media),
    feedback: new Set(
      (media.rtcpFb ?? []).map(({ type, subtype }) =>
        subtype === undefined ? type : `${type} ${subtype}`,
      ),
    ),
    extensions: readExtensions(media),
    msid: readMsid(media),
    ssrc: ssrc ?? null,
    rtxSsrc: rtxSsrc ?? null,
  };
};

/**
 * Reads stream and track id, preferably from `a=ssrc:… msid:` (RFC 5576 source attributes):
 * LiveKit's stream ids, `PA_…|TR_…`, are valid tokens of RFC 8830, but the pattern of sdp-transform
 * for `a=msid` ends at the bar.
 */
const readMsid = ({ ssrcs = [], msid = [] }: MediaDescription): RemoteSection['msid'] => {
  const bySource = ssrcs.find(({ attribute }) => attribute === 'msid')?.value;
  const [first] = msid;
  const [stream, track = ''] = bySource?.split(' ') ?? [first?.id, first?.appdata];
  return stream === undefined ? null : { stream, track: String(track) };
};

/**
 * Reads the SSRCs of stream and repair flow, in the order of the FID group (RFC 5576 §4.2); without
 * a group, the first `a=ssrc` is the stream.
 */
const readSsrcs = ({ ssrcGroups = [], ssrcs = [] }: MediaDescription): (number | undefined)[] => {
  const group = ssrcGroups.find(({ semantics }) => semantics === 'FID');
  if (group === undefined) return [ssrcs[0]?.id];
  const ids = group.ssrcs.trim().split(/\s+/).map(Number);
  return ids.map((id) => (isUint32(id) ? id : undefined));
};

const readPayloads = (media: MediaDescription): ReceivePayload[] => {
  const rtxOf = new Map<number, number>();
  for (const { payload, config } of media.fmtp) {
    const apt = /(?:^|;)\s*apt=(\d+)/.exec(config)?.[1];
    if (apt !== undefined) rtxOf.set(Number(apt), payload);
  }
  return media.rtp
    .filter(({ codec }) => codec.toLowerCase() !== 'rtx')
    .map(({ payload, codec, rate }) => ({
      payloadType: payload,
      codec: codecOf(codec),
      clockRate: rate ?? 0,
      rtxPayloadType: rtxOf.get(payload) ?? null,
    }));
};

const codecOf = (name: string): Codec | 'other' =>
  CODECS.find((profile) => profile.name.toLowerCase() === name.toLowerCase())?.codec ?? 'other';

const readExtensions = ({ ext = [] }: MediaDescription): ExtensionIds => {
  const ids: ExtensionIds = {};
  for (const { uri, value } of ext) {
    const name = extensionOfUri(uri);
    if (name !== undefined) ids[name] = value;
  }
  return ids;
};
