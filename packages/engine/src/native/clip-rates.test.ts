import { layersOf, type Resolution, receivedRate, type TrackPlan, type VideoCodec } from '@livekit-swarm/core';
import { type Clip, loadClip, simulcastLayers } from '@livekit-swarm/media';
import { describe, expect, it } from 'vitest';

/** What a clip really holds, a second. */
const rateOf = ({ clockRate, packets, frames, payload }: Clip): { packets: number; bits: number } => {
  const count = packets.length / 4;
  let ticks = 0;
  for (let frame = 2; frame < frames.length; frame += 4) ticks += frames[frame] ?? 0;
  return { packets: (count * clockRate) / ticks, bits: (payload.length * 8 * clockRate) / ticks };
};

const RESOLUTIONS: Resolution[] = ['180p', '360p', '540p', '720p', '1080p'];
const CASES = (['vp8', 'h264'] as VideoCodec[]).flatMap((codec) => RESOLUTIONS.map((resolution) => [codec, resolution] as const));
const video = (codec: VideoCodec, resolution: Resolution, simulcast: boolean): Extract<TrackPlan, { kind: 'video' }> => ({
  kind: 'video',
  source: 'camera',
  codec,
  resolution,
  simulcast,
});

/** Plans are made without the clips: what they reckon with must be what is played. */
describe('the rates that plans reckon with', () => {
  it.each(CASES)('are those of the clips: %s %s', (codec, resolution) => {
    const real = rateOf(loadClip({ kind: 'video', codec, resolution }));
    const planned = receivedRate(video(codec, resolution, false), { type: 'all' });
    expect(planned.packets / real.packets).toBeCloseTo(1, 1.7);
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
  });

  it('are those of the clips: audio', () => {
    const real = rateOf(loadClip({ kind: 'audio' }));
    const planned = receivedRate({ kind: 'audio' }, { type: 'all' });
    expect(planned.packets / real.packets).toBeCloseTo(1, 1.7);
    expect(planned.bits / real.bits).toBeCloseTo(1, 1.7);
  });

  it.each(RESOLUTIONS)('have the layers that are published: %s', (resolution) => {
    expect(layersOf(video('vp8', resolution, true))).toEqual(simulcastLayers(resolution).map((layer) => layer.resolution));
  });
});
