import { fillClip } from '@livekit-swarm/media';
import {
  clipBitrate,
  fillOf,
  MUSIC_KILOBITS,
  type Resolution,
  receivedRate,
  type TrackPlan,
  type VideoCodec,
} from '@livekit-swarm/scenario';
import { type ClipData, type ClipName, loadClip, payloadBytes } from '@livekit-swarm/webrtc';
import { describe, expect, it } from 'vitest';

/** Mean packets and bits of a clip per second. */
const rateOf = (clip: ClipData): { packets: number; bits: number } => {
  const { clockRate, packets, frames } = clip;
  const count = packets.length / 4;
  let ticks = 0;
  for (let frame = 2; frame < frames.length; frame += 4) ticks += frames[frame] ?? 0;
  return {
    packets: (count * clockRate) / ticks,
    bits: (payloadBytes(clip) * 8 * clockRate) / ticks,
  };
};

const RESOLUTIONS: Resolution[] = ['180p', '360p', '540p', '720p', '1080p'];
const CASES = (['vp8', 'h264'] as const).flatMap((codec) =>
  RESOLUTIONS.map((resolution) => [codec, resolution] as const),
);
const SCREENS = (['vp8', 'h264'] as const).flatMap((codec) =>
  (['720p', '1080p'] as const).map((resolution) => [codec, resolution] as const),
);
type VideoPlan = Extract<TrackPlan, { kind: 'video' }>;
const video = (codec: VideoCodec, resolution: Resolution): VideoPlan => ({
  kind: 'video',
  source: 'camera',
  codec,
  resolution,
  simulcast: false,
});

/** Mean bit rate of the last third of a screen clip, in which the page scrolls, bit/s. */
const scrollingRate = ({ frames, packets }: ClipData): number => {
  const scrolls = (frames.length / 4) * (2 / 3);
  const [first = 0] = frames.subarray(scrolls * 4);
  let bytes = 0;
  for (let packet = first; packet < packets.length / 4; packet++)
    bytes += packets[packet * 4 + 1] ?? 0;
  return (bytes * 8) / 3;
};

/**
 * Plans are made without loading the clips, so the rates that they assume must equal those of the
 * clips.
 */
describe('the rates that plans assume', () => {
  it.each(CASES)('are those of the clips: %s %s', (codec, resolution) => {
    const real = rateOf(loadClip(`${codec}-${resolution}`));
    const planned = receivedRate(video(codec, resolution), { type: 'all' });
    expect(planned.packets / real.packets).toBeCloseTo(1, 1.7);
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
  });

  it.each(SCREENS)('are those of the clips: a screen in %s %s', (codec, resolution) => {
    const clip = loadClip(`${codec}-screen-${resolution}`);
    const real = rateOf(clip);
    const track: VideoPlan = { ...video(codec, resolution), source: 'screen' };
    const planned = receivedRate(track, { type: 'all' });
    expect(planned.packets / real.packets).toBeCloseTo(1, 1.7);
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
    expect(clipBitrate(track, resolution) / scrollingRate(clip)).toBeCloseTo(1, 1.7);
  });

  it.each<[ClipName, VideoPlan, number]>([
    ['vp8-1080p', video('vp8', '1080p'), 4_000_000],
    ['h264-1080p', video('h264', '1080p'), 4_000_000],
    ['vp8-720p', video('vp8', '720p'), 2_000_000],
    ['vp8-screen-1080p', { ...video('vp8', '1080p'), source: 'screen' }, 4_000_000],
    ['h264-screen-1080p', { ...video('h264', '1080p'), source: 'screen' }, 4_000_000],
    ['vp8-screen-720p', { ...video('vp8', '720p'), source: 'screen' }, 2_000_000],
  ])('equal the requested bit rate: %s', (name, track, bitrate) => {
    const asked: VideoPlan = { ...track, bitrates: [bitrate] };
    const filled = fillClip(loadClip(name), fillOf(asked, [track.resolution], 0));
    const real = rateOf(filled);
    const planned = receivedRate(asked, { type: 'all' });
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
    // Filler starts new packets.
    expect(Math.abs(planned.packets / real.packets - 1)).toBeLessThan(0.05);
    const mean = track.source === 'screen' ? scrollingRate(filled) : real.bits;
    expect(mean / bitrate).toBeCloseTo(1, 1.7);
  });

  it.each<[ClipName, TrackPlan]>([
    ['vp9-360p', video('vp9', '360p')],
    ['vp9-720p', video('vp9', '720p')],
    ['av1-360p', video('av1', '360p')],
    ['av1-720p', video('av1', '720p')],
    ['speech', { kind: 'audio' }],
    ['speech-dtx', { kind: 'audio', dtx: true }],
    ...MUSIC_KILOBITS.map((music): [ClipName, TrackPlan] => [
      `music-${music}`,
      { kind: 'audio', music },
    ]),
  ])('are those of the clips: %s', (name, track) => {
    const real = rateOf(loadClip(name));
    const planned = receivedRate(track, { type: 'all' });
    expect(planned.packets / real.packets).toBeCloseTo(1, 1.7);
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
  });
});
