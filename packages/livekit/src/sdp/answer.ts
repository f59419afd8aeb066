import type { MediaDescription } from 'sdp-transform';
import type { LocalPeer } from '../media-plane.ts';
import { applicationSection, transportLines } from './media-section.ts';
import { bundle, describe } from './offer.ts';
import { parseMedia, splitDescription } from './parse-media.ts';
import { CODECS, extensionOfUri } from './profile.ts';

export interface AnswerInput {
  offer: string;
  sessionId: number;
  version: number;
  local: LocalPeer;
}

const CODEC_NAMES = new Set(CODECS.map(({ name }) => name.toLowerCase()));
const FEEDBACK = new Set(['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc']);

/** An m-line of the answer. */
interface AnsweredLine {
  text: string;
  mid: string;
  rejected: boolean;
}

/**
 * Answers the offers of one PeerConnection, one after the other. An m-line whose text is unchanged
 * keeps its answer.
 */
export class AnswerWriter {
  #known = new Map<string, AnsweredLine>();

  /**
   * Writes the answer. Accepts Opus, VP8, H.264, VP9 and AV1 with their repair streams and the
   * known extensions, under the server's numbers; rejects m-lines without any of them (port 0, RFC
   * 3264 §6).
   */
  write({ offer, sessionId, version, local }: AnswerInput): string {
    const offered = parseLines(offer);
    const fresh = [...offered].filter(([text]) => !this.#known.has(text));
    const media = fresh.map(([, line]) => answeredSection(line(), local));
    const { head, bodies } = describe(sessionId, version, media, local);
    const written = new Map(
      fresh.map(([offeredText], index) => [
        offeredText,
        {
          text: bodies[index] ?? '',
          mid: media[index]?.mid ?? '',
          rejected: media[index]?.port === 0,
        },
      ]),
    );
    const lines = [...offered.keys()].flatMap((text): [string, AnsweredLine][] => {
      const line = this.#known.get(text) ?? written.get(text);
      return line === undefined ? [] : [[text, line]];
    });
    this.#known = new Map(lines);
    const answered = lines.map(([, line]) => line);
    // Rejected m-lines are not in the bundle (RFC 8843 §7.3.3).
    const live = answered.filter(({ rejected }) => !rejected).map(({ mid }) => mid);
    return bundle(head, live) + answered.map(({ text }) => text).join('');
  }
}

/** Parsers of m-lines by their text, called only for new m-lines. */
const parseLines = (sdp: string): Map<string, () => MediaDescription> =>
  new Map(splitDescription(sdp).bodies.map((text) => [text, () => parseMedia(text)]));

/**
 * Port 0 with `a=bundle-only` marks an m-line inside the bundle (RFC 8843 §6), not a rejected one.
 */
const isBundled = (offered: MediaDescription) => offered.bundleOnly !== undefined;

const answeredSection = (offered: MediaDescription, local: LocalPeer): MediaDescription => {
  if (offered.type === 'application') {
    const dead = offered.port === 0 && !isBundled(offered);
    return {
      ...applicationSection(local, offered.mid ?? '', 'active'),
      ...(dead && { port: 0 }),
    };
  }
  const taken = new Set(
    offered.rtp
      .filter(({ codec }) => CODEC_NAMES.has(codec.toLowerCase()))
      .map(({ payload }) => payload),
  );
  const repairs = offered.rtp.filter(
    ({ payload, codec }) =>
      codec.toLowerCase() === 'rtx' && taken.has(repairedBy(offered, payload)),
  );
  for (const { payload } of repairs) taken.add(payload);
  const dead = taken.size === 0 || (offered.port === 0 && !isBundled(offered));
  const rtp = dead ? offered.rtp : offered.rtp.filter(({ payload }) => taken.has(payload));
  return {
    type: offered.type,
    port: dead ? 0 : 9,
    protocol: offered.protocol,
    payloads: rtp.map(({ payload }) => payload).join(' '),
    rtp,
    fmtp: offered.fmtp.filter(({ payload }) => taken.has(payload)),
    rtcpFb: (offered.rtcpFb ?? []).filter(
      ({ payload, type, subtype }) =>
        taken.has(Number(payload)) &&
        FEEDBACK.has(subtype === undefined ? type : `${type} ${subtype}`),
    ),
    ...transportLines(local, 'active'),
    ext: (offered.ext ?? []).filter(({ uri }) => extensionOfUri(uri) !== undefined),
    ...(offered.mid !== undefined && { mid: offered.mid }),
    direction: dead || !sends(offered) ? 'inactive' : 'recvonly',
    rtcpMux: 'rtcp-mux',
    rtcpRsize: 'rtcp-rsize',
  };
};

const sends = ({ direction = 'sendrecv' }: MediaDescription) =>
  direction === 'sendrecv' || direction === 'sendonly';

const repairedBy = (offered: MediaDescription, payload: number): number => {
  const config = offered.fmtp.find((line) => line.payload === payload)?.config;
  return Number(/apt=(\d+)/.exec(String(config))?.[1] ?? Number.NaN);
};
