import { splitDescription } from '../../packages/livekit/src/sdp/parse-media.ts';

/** Stream that is sent on an m-line. */
export interface SentTrack {
  trackSid: string;
  participantSid: string;
  ssrc: number;
}

interface AnswerInput {
  offer: string;
  version: number;
  local: { ufrag: string; pwd: string; fingerprint: string; candidate: string };
  /** True: with the candidate. The first answer is sent before it. */
  withCandidate: boolean;
  /** Sent tracks, by mid. */
  sent: ReadonlyMap<string, SentTrack>;
}

/**
 * Pattern of attributes that the answer repeats; of feedback and extensions only those that
 * livekit-server accepts for audio.
 */
const REPEATED =
  /^(a=(mid|rtpmap|fmtp|rtcp-mux|rtcp-rsize|sctp-port|max-message-size)\b|a=rtcp-fb:\d+ nack$|a=extmap:\d+ .*(sdes:mid|abs-capture-time|ssrc-audio-level)$)/;

/**
 * Writes an answer in the form of livekit-server: active in DTLS, sending on the m-lines on which
 * the client receives.
 */
export const writeAnswer = ({
  offer,
  version,
  local,
  withCandidate,
  sent,
}: AnswerInput): string => {
  const { bodies } = splitDescription(offer);
  const mids = bodies.map((body) => /^a=mid:(\S+)/m.exec(body)?.[1] ?? '');
  const head = [
    `v=0\r\no=- 1 ${version} IN IP4 0.0.0.0\r\ns=-\r\nt=0 0`,
    'a=msid-semantic:WMS *',
    `a=fingerprint:${local.fingerprint}`,
    'a=extmap-allow-mixed',
    `a=group:BUNDLE ${mids.join(' ')}`,
  ];
  const lines = bodies.flatMap((body, index) => {
    const [start = '', ...attributes] = body.split('\r\n');
    const isMedia = !start.startsWith('m=application');
    const track = sent.get(mids[index] ?? '');
    return [
      start,
      'c=IN IP4 0.0.0.0',
      'a=setup:active',
      ...attributes.filter((line) => REPEATED.test(line)),
      `a=ice-ufrag:${local.ufrag}`,
      `a=ice-pwd:${local.pwd}`,
      ...(!isMedia && withCandidate ? [`a=${local.candidate}`, 'a=end-of-candidates'] : []),
      ...(track === undefined ? [] : sourceLines(track)),
      ...(isMedia ? [body.includes('a=recvonly') ? 'a=sendonly' : 'a=recvonly'] : ['a=sendrecv']),
    ];
  });
  return `${[...head, ...lines].join('\r\n')}\r\n`;
};

const sourceLines = ({ trackSid, participantSid, ssrc }: SentTrack): string[] => {
  const stream = `${participantSid}|${trackSid}`;
  return [
    `a=ssrc:${ssrc} cname:${stream}`,
    `a=ssrc:${ssrc} msid:${stream} ${trackSid}`,
    `a=ssrc:${ssrc} mslabel:${stream}`,
    `a=ssrc:${ssrc} label:${trackSid}`,
    `a=msid:${stream} ${trackSid}`,
  ];
};
