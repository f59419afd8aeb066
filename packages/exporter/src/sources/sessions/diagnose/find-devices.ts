import type { Evidence, LegFinding } from './finding.ts';
import { type Link, type Links, upState } from './links.ts';
import { isClear, isImpaired } from './loss.ts';
import type { ObservedSession, ObservedStream } from './observation.ts';
import { subjectOf } from './subject.ts';

/** Below these, a device is well enough: browsers drop a frame and conceal a little at every start. */
const LIMITS = {
  framesDropped: 0.1,
  /** Of the time in which video was sent. */
  cpuLimited: 0.3,
  /** Of one core: a codec that needs more of it than this is late. */
  codec: 0.8,
  frozen: 0.05,
  concealed: 0.05,
} as const;
const LEAST = { seconds: 2, frames: 30, samples: 96_000 } as const;

/** Participants whose device is too slow for the media that arrives, or that it sends. */
export const findDevices = (links: Links): LegFinding[] =>
  [...links.values()].flatMap((link) => {
    const direct = directSignals(link.session);
    const symptoms = isNetworkClear(link) ? symptomsOf(link, links) : [];
    if (direct.length === 0 && symptoms.length === 0) return [];
    return [
      {
        leg: 'device' as const,
        subject: subjectOf(link.session),
        loss: null,
        confidence: direct.length > 0 ? ('high' as const) : ('low' as const),
        evidence: [...direct, ...symptoms],
      },
    ];
  });

/** What the browser says of its own device. */
const directSignals = ({ streams }: ObservedSession): Evidence[] => {
  const sent = total(
    streams.filter(({ direction, kind }) => direction === 'up' && kind === 'video'),
  );
  const shown = total(
    streams.filter(({ direction, kind }) => direction === 'down' && kind === 'video'),
  );
  const all = total(streams);
  const longest = Math.max(0, ...streams.map(({ expectedSeconds }) => expectedSeconds));
  const evidence: Evidence[] = [];
  const longestSent = Math.max(
    0,
    ...streams
      .filter(({ direction }) => direction === 'up')
      .map((stream) => stream.expectedSeconds),
  );
  // Each simulcast layer counts its own seconds.
  const limited = Math.max(0, ...streams.map((stream) => stream.cpuLimitedSeconds));
  if (sent.frames > 0 && longestSent >= LEAST.seconds && limited >= LIMITS.cpuLimited * longestSent)
    evidence.push({ code: 'limited_by_cpu', seconds: limited, of: longestSent });
  const frames = shown.frames + shown.framesDropped;
  if (frames >= LEAST.frames && shown.framesDropped >= LIMITS.framesDropped * frames)
    evidence.push({
      code: 'frames_dropped',
      dropped: Math.round(shown.framesDropped),
      frames: Math.round(frames),
    });
  if (longest >= LEAST.seconds && all.codecSeconds >= LIMITS.codec * longest)
    evidence.push({ code: 'codec_time', seconds: all.codecSeconds, of: longest });
  return evidence;
};

/** Without loss on its own links, what is frozen or concealed came late or was not shown in time. */
const isNetworkClear = (link: Link): boolean =>
  upState(link) !== 'impaired' && [...link.down.values()].every((loss) => !isImpaired(loss));

/** What is as bad at other receivers of the same senders is no matter of this device. */
const symptomsOf = (link: Link, links: Links): Evidence[] => {
  const own = symptoms(link);
  if (own.length === 0) return [];
  const senders = new Set(
    [...link.down].filter(([, loss]) => isClear(loss)).map(([sender]) => sender),
  );
  const others = [...links.values()].filter(
    (other) => other !== link && [...other.down.keys()].some((sender) => senders.has(sender)),
  );
  if (others.length === 0) return [];
  const codes = new Set(others.flatMap((other) => symptoms(other).map(({ code }) => code)));
  return own.filter(({ code }) => !codes.has(code));
};

const symptoms = ({ session: { streams } }: Link): Evidence[] => {
  const video = total(
    streams.filter(({ direction, kind }) => direction === 'down' && kind === 'video'),
  );
  const audio = total(
    streams.filter(({ direction, kind }) => direction === 'down' && kind === 'audio'),
  );
  const evidence: Evidence[] = [];
  if (
    video.expectedSeconds >= LEAST.seconds &&
    video.freezeSeconds >= LIMITS.frozen * video.expectedSeconds
  )
    evidence.push({
      code: 'frozen_without_loss',
      seconds: video.freezeSeconds,
      of: video.expectedSeconds,
    });
  if (audio.samples >= LEAST.samples && audio.concealed >= LIMITS.concealed * audio.samples)
    evidence.push({
      code: 'concealed_without_loss',
      samples: Math.round(audio.concealed),
      of: Math.round(audio.samples),
    });
  return evidence;
};

type Totals = Omit<ObservedStream, 'direction' | 'kind' | 'publisher'>;

const total = (streams: readonly ObservedStream[]): Totals => {
  const sum = (name: keyof Totals): number =>
    streams.reduce((all, stream) => all + stream[name], 0);
  return {
    expectedSeconds: sum('expectedSeconds'),
    packets: sum('packets'),
    lost: sum('lost'),
    recovered: sum('recovered'),
    frames: sum('frames'),
    framesDropped: sum('framesDropped'),
    freezeSeconds: sum('freezeSeconds'),
    codecSeconds: sum('codecSeconds'),
    cpuLimitedSeconds: sum('cpuLimitedSeconds'),
    samples: sum('samples'),
    concealed: sum('concealed'),
  };
};
