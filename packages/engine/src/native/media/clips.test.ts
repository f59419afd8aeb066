import type { TrackPlan } from '@livekit-swarm/scenario';
import type { ClipData } from '@livekit-swarm/webrtc';
import { expect, test } from 'vitest';
import { Clips } from './clips.ts';

type Video = Extract<TrackPlan, { kind: 'video' }>;

const video = (changes: Partial<Video>): Video => ({
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  resolution: '720p',
  simulcast: false,
  ...changes,
});

/** Heights of the smaller clips that replace each layer, in the order in which they are tried. */
const lowerHeights = (plan: TrackPlan): number[][] | undefined => {
  const heights: number[] = [];
  const addClip = ({ height }: ClipData): number => heights.push(height) - 1;
  const clips = new Clips({ addClip, encryptClip: (clip) => clip, removeClip: () => {} });
  const { lower } = clips.track(plan, 'cid', null, { adapts: true });
  return lower?.map((handles) => handles.map((handle) => heights[handle] ?? Number.NaN));
};

test('with rate adaptation, each layer has all smaller clips of its codec', () => {
  expect(lowerHeights(video({ codec: 'h264', resolution: '360p' }))).toEqual([[180]]);
  expect(lowerHeights(video({ codec: 'vp9' }))).toEqual([[360]]);
  expect(lowerHeights({ kind: 'audio' })).toEqual([[]]);
});

test("smaller clips of an upper simulcast layer have at least a browser's minimum bit rate", () => {
  expect(lowerHeights(video({ simulcast: true }))).toEqual([[], [180], [540]]);
  expect(lowerHeights(video({ simulcast: true, resolution: '1080p' }))).toEqual([
    [],
    [180],
    [540, 720],
  ]);
});

test('without rate adaptation, a track has no smaller clips', () => {
  const clips = new Clips({ addClip: () => 0, encryptClip: (clip) => clip, removeClip: () => {} });
  expect(clips.track(video({}), 'cid', null)).not.toHaveProperty('lower');
});

test('audio with marks has the bit rate of its music also between them', () => {
  const added: ClipData[] = [];
  const addClip = (clip: ClipData): number => added.push(clip) - 1;
  const clips = new Clips({ addClip, encryptClip: (clip) => clip, removeClip: () => {} });
  const {
    spec,
    clips: base,
    utterances,
  } = clips.track({ kind: 'audio', music: 96 }, 'cid', null, { speaks: 'marks' });
  expect(spec.stereo).toBe(true);
  expect(utterances?.map((handle) => (added[handle]?.frames.length ?? 0) / 4)).toEqual([
    10, 30, 50,
  ]);
  for (const handle of [...base, ...(utterances ?? [])]) {
    const { payload, frames } = added[handle] ?? {};
    // 20 ms of 96 kbit/s.
    expect((payload?.length ?? 0) / ((frames?.length ?? 0) / 4)).toBeCloseTo(240, -1);
  }
});
