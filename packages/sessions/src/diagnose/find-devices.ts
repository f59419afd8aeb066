import type { Evidence, LegFinding } from './finding.ts';
import { type Link, type Links, upState } from './links.ts';
import { isImpaired, median } from './loss.ts';
import type { ObservedSession, ObservedStream } from './observation.ts';
import { subjectOf } from './subject.ts';

/**
 * Limits above which a device is too slow. Healthy devices are below: browsers drop a frame and
 * conceal a few samples at every start.
 */
const LIMITS = {
  framesDropped: 0.1,
  /** Share of the time in which video was sent. */
  cpuLimited: 0.3,
  /** CPU time of codecs, share of one core. A codec that needs more delays its media. */
  codec: 0.8,
  /** CPU time of codecs up to which a slow device is fast enough, share of one core. */
  slowCodec: 0.2,
  frozen: 0.05,
  concealed: 0.05,
} as const;
const LEAST = { seconds: 2, frames: 30, samples: 96_000 } as const;
/** Factor by which a device must be worse than others that receive the same media. */
const WORSE = 3;
/** Factor by which decoding of a frame must be slower, as healthy devices differ more in it. */
const SLOWER = 6;

/** Find participants whose device is too slow for the media that it receives or sends. */
export const findDevices = (links: Links): LegFinding[] =>
  [...links.values()].flatMap((link) => {
    const direct = directSignals(link.session);
    const slow = slowCodecOf(link, links);
    const symptoms = isNetworkClear(link) ? symptomsOf(link, links) : [];
    if (direct.length + slow.length + symptoms.length === 0) return [];
    return [
      {
        leg: 'device' as const,
        subject: subjectOf(link.session),
        loss: null,
        // A slow codec alone may be fast enough; freezes of a single receiver may also be jitter of
        // its network.
        confidence:
          direct.length > 0 || (slow.length > 0 && symptoms.length > 0)
            ? ('high' as const)
            : ('low' as const),
        evidence: [...direct, ...slow, ...symptoms],
      },
    ];
  });

const select = (
  { streams }: ObservedSession,
  direction: ObservedStream['direction'],
  kind: ObservedStream['kind'],
): ObservedStream[] =>
  streams.filter((stream) => stream.direction === direction && stream.kind === kind);

/** Evidence that the browser reports about its own device. */
const directSignals = (session: ObservedSession): Evidence[] => {
  const evidence: Evidence[] = [];
  const layers = select(session, 'up', 'video');
  // Each simulcast layer counts its own seconds.
  const sending = longest(layers);
  const limited = Math.max(0, ...layers.map((layer) => layer.cpuLimitedSeconds));
  if (sending >= LEAST.seconds && limited >= LIMITS.cpuLimited * sending)
    evidence.push({ code: 'limited_by_cpu', seconds: limited, of: sending });
  const video = select(session, 'down', 'video');
  const dropped = sum(video, 'framesDropped');
  const frames = sum(video, 'frames') + dropped;
  if (frames >= LEAST.frames && dropped >= LIMITS.framesDropped * frames)
    evidence.push({ code: 'frames_dropped', dropped, frames });
  const [coding, time] = [sum(session.streams, 'codecSeconds'), longest(session.streams)];
  if (time >= LEAST.seconds && coding >= LIMITS.codec * time)
    evidence.push({ code: 'codec_time', seconds: coding, of: time });
  return evidence;
};

/**
 * Evidence that a session codes video much slower than others in the room, and spends a large part
 * of its time on it.
 */
const slowCodecOf = ({ session }: Link, links: Links): Evidence[] => {
  const busy = sum(session.streams, 'codecSeconds') / Math.max(1, longest(session.streams));
  if (busy < LIMITS.slowCodec) return [];
  const others = [...links.values()]
    .map((link) => link.session)
    .filter(({ sid, room }) => sid !== session.sid && room === session.room);
  const decoding = compare(
    select(session, 'down', 'video').map((stream) => ({
      stream,
      alike: others.flatMap((other) =>
        select(other, 'down', 'video').filter(({ publisher }) => publisher === stream.publisher),
      ),
    })),
  );
  const encoding = compare(
    select(session, 'up', 'video').map((stream) => ({
      stream,
      alike: others.flatMap((other) => select(other, 'up', 'video')),
    })),
  );
  if (decoding === null || decoding.own < WORSE * decoding.others) return [];
  // Others may send video of another size, so slow encoding counts only beside slow decoding of the
  // same frames.
  const isEncodingSlow = encoding !== null && encoding.own >= SLOWER * encoding.others;
  if (decoding.own < SLOWER * decoding.others && !isEncodingSlow) return [];
  return [{ code: 'slow_codec', msPerFrame: decoding.own, others: decoding.others }];
};

/** Median coding time of a frame here and at others, ms; null if there is nothing to compare. */
const compare = (
  streams: readonly { stream: ObservedStream; alike: readonly ObservedStream[] }[],
): { own: number; others: number } | null => {
  const compared = streams.flatMap(({ stream, alike }) => {
    const times = alike.map(msPerFrame).filter((ms) => ms > 0);
    const own = msPerFrame(stream);
    return own === 0 || times.length === 0 ? [] : [{ own, others: median(times) }];
  });
  if (compared.length === 0) return null;
  return {
    own: median(compared.map(({ own }) => own)),
    others: median(compared.map(({ others }) => others)),
  };
};

const msPerFrame = ({ codecSeconds, frames }: ObservedStream): number =>
  frames < LEAST.frames ? 0 : (codecSeconds / frames) * 1_000;

/**
 * Check whether no link of a session is impaired. Frozen or concealed media then arrived late or
 * was decoded late.
 */
const isNetworkClear = (link: Link): boolean =>
  upState(link) !== 'impaired' && [...link.down.values()].every((loss) => !isImpaired(loss));

/**
 * Evidence of media that froze or was concealed at this device alone, not at other receivers of the
 * same senders.
 */
const symptomsOf = (link: Link, links: Links): Evidence[] => {
  const others = [...links.values()].filter(
    (other) => other !== link && [...other.down.keys()].some((sender) => link.down.has(sender)),
  );
  if (others.length === 0) return [];
  const isAlone = (own: number, shareOf: (session: ObservedSession) => number): boolean =>
    own >= WORSE * median(others.map(({ session }) => shareOf(session)));
  const evidence: Evidence[] = [];
  const [video, audio] = [
    select(link.session, 'down', 'video'),
    select(link.session, 'down', 'audio'),
  ];
  const [watched, heard] = [sum(video, 'expectedSeconds'), sum(audio, 'samples')];
  const [frozen, concealed] = [frozenShare(link.session), concealedShare(link.session)];
  if (watched >= LEAST.seconds && frozen >= LIMITS.frozen && isAlone(frozen, frozenShare))
    evidence.push({ code: 'frozen_without_loss', seconds: frozen * watched, of: watched });
  if (heard >= LEAST.samples && concealed >= LIMITS.concealed && isAlone(concealed, concealedShare))
    evidence.push({ code: 'concealed_without_loss', samples: concealed * heard, of: heard });
  return evidence;
};

const frozenShare = (session: ObservedSession): number => {
  const video = select(session, 'down', 'video');
  return sum(video, 'freezeSeconds') / Math.max(1, sum(video, 'expectedSeconds'));
};

const concealedShare = (session: ObservedSession): number => {
  const audio = select(session, 'down', 'audio');
  return sum(audio, 'concealed') / Math.max(1, sum(audio, 'samples'));
};

type Figure = Exclude<keyof ObservedStream, 'direction' | 'kind' | 'publisher'>;

const sum = (streams: readonly ObservedStream[], figure: Figure): number =>
  streams.reduce((all, stream) => all + stream[figure], 0);

const longest = (streams: readonly ObservedStream[]): number =>
  Math.max(0, ...streams.map(({ expectedSeconds }) => expectedSeconds));
