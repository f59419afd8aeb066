import { audioQuality, videoQuality } from '@livekit-swarm/analysis';
import type { ReadStream } from './payload-schema.ts';

/** Least time in which media is scored, ms. */
const SHORTEST_MS = 1_000;
/** Duration of an Opus frame of LiveKit's clients, ms. */
const FRAME_MS = 20;

/** Quality score of one track, 1 to 5; undefined if there was no media to score. */
export const rateStream = (stream: ReadStream): number | undefined => {
  const {
    packets = 0,
    lost = 0,
    frames = 0,
    width = 0,
    height = 0,
    expectedMs,
    rated,
    paused,
    kind,
  } = stream;
  if (rated === false || expectedMs < SHORTEST_MS) return undefined;
  if (packets + lost === 0) return paused === true ? 1 : undefined;
  // Older browsers do not report the frame size: frames were decoded, but their quality is unknown.
  if (kind === 'video' && frames > 0 && width * height === 0) return undefined;
  return kind === 'audio' ? rateAudio(stream) : rateVideo(stream);
};

/**
 * Quality score of audio. Concealed samples are the audio that was lost or late after all recovery.
 * For sent audio the server reports only the loss on the uplink, which Opus can conceal in part.
 */
const rateAudio = (stream: ReadStream): number => {
  const { rtt = 0, bufferDelay = 0, samples = 0, concealed = 0, silentConcealed = 0 } = stream;
  // Half of the round-trip time is the latency to the server; the latency beyond the server is
  // unknown here.
  const delayMs = (rtt / 2 + bufferDelay) * 1_000 + FRAME_MS;
  if (samples > 0)
    return audioQuality({ loss: Math.max(0, concealed - silentConcealed) / samples, delayMs });
  return audioQuality({ loss: lossRatio(stream), delayMs, fec: true });
};

const rateVideo = (stream: ReadStream): number => {
  const {
    expectedMs,
    bytes = 0,
    frames = 0,
    freezeSeconds = 0,
    width = 0,
    height = 0,
    lost = 0,
    recovered = 0,
  } = stream;
  const seconds = expectedMs / 1_000;
  return videoQuality({
    bitsPerSecond: (bytes * 8) / seconds,
    framesPerSecond: (frames / seconds) * (1 - Math.min(1, freezeSeconds / seconds)),
    loss: lossRatio({ ...stream, lost: Math.max(0, lost - recovered) }),
    width,
    height,
  });
};

/** Number of expected packets. The number of sent packets includes lost ones. */
export const expectedPackets = ({ direction, packets = 0, lost = 0 }: ReadStream): number =>
  direction === 'up' ? Math.max(packets, lost) : packets + lost;

/** Packet loss of a stream, 0 … 1. */
const lossRatio = (stream: ReadStream): number => {
  const expected = expectedPackets(stream);
  return expected === 0 ? 0 : Math.min(1, (stream.lost ?? 0) / expected);
};
