import {
  type Resolution,
  receivedRate,
  type TrackPlan,
  type VideoCodec,
} from '@livekit-swarm/scenario';
import { type ClipData, loadClip } from '@livekit-swarm/webrtc';
import { describe, expect, it } from 'vitest';

/** Mean rates of a clip, per second. */
const rateOf = ({
  clockRate,
  packets,
  frames,
  payload,
}: ClipData): { packets: number; bits: number } => {
  const count = packets.length / 4;
  let ticks = 0;
  for (let frame = 2; frame < frames.length; frame += 4) ticks += frames[frame] ?? 0;
  return { packets: (count * clockRate) / ticks, bits: (payload.length * 8 * clockRate) / ticks };
};

const RESOLUTIONS: Resolution[] = ['180p', '360p', '540p', '720p', '1080p'];
const CASES = (['vp8', 'h264'] as VideoCodec[]).flatMap((codec) =>
  RESOLUTIONS.map((resolution) => [codec, resolution] as const),
);
const video = (
  codec: VideoCodec,
  resolution: Resolution,
): Extract<TrackPlan, { kind: 'video' }> => ({
  kind: 'video',
  source: 'camera',
  codec,
  resolution,
  simulcast: false,
});

/** Plans are made without the clips: the rates they assume must be those of the clips. */
describe('the rates that plans assume', () => {
  it.each(CASES)('are those of the clips: %s %s', (codec, resolution) => {
    const real = rateOf(loadClip(`${codec}-${resolution}`));
    const planned = receivedRate(video(codec, resolution), { type: 'all' });
    expect(planned.packets / real.packets).toBeCloseTo(1, 1.7);
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
  });

  it('are those of the clips: audio', () => {
    const real = rateOf(loadClip('speech'));
    const planned = receivedRate({ kind: 'audio' }, { type: 'all' });
    expect(planned.packets / real.packets).toBeCloseTo(1, 1.7);
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
  });
});
