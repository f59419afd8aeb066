import { expect } from 'vitest';
import { seconds, until } from './test-room.ts';
import type { TrackReport, Viewer } from './viewer.ts';

const find = (
  reports: TrackReport[],
  from: string,
  kind: 'audio' | 'video',
): TrackReport | undefined =>
  reports.find((report) => report.from === from && report.kind === kind);

/** Statistics of a track. @throws Error if the browser does not subscribe to it */
export const trackOf = async (
  viewer: Viewer,
  from: string,
  kind: 'audio' | 'video',
): Promise<TrackReport> => {
  const report = find(await viewer.report(), from, kind);
  if (report === undefined) throw new Error(`the browser has no ${kind} of ${from}`);
  return report;
};

/** Wait until the browser decodes videos of this height from each of these participants. */
export const seen = (viewer: Viewer, height: number, ...from: string[]): Promise<void> =>
  until(`pictures ${height} high of ${from}`, async () => {
    const reports = await viewer.report();
    return from.every((identity) => find(reports, identity, 'video')?.frameHeight === height);
  });

/**
 * Check the quality of one participant's camera (720p) and microphone in the browser for four
 * seconds.
 */
export const watch = async (viewer: Viewer, from: string): Promise<void> => {
  await until(
    `sound of ${from}`,
    async () => (find(await viewer.report(), from, 'audio')?.totalSamplesReceived ?? 0) > 0,
  );
  const [video, audio] = [
    await trackOf(viewer, from, 'video'),
    await trackOf(viewer, from, 'audio'),
  ];
  const [picture, loudness] = await Promise.all([
    viewer.look(from, 500),
    viewer.listen(from, 2_000),
    seconds(4),
  ]);
  const [videoNow, audioNow] = [
    await trackOf(viewer, from, 'video'),
    await trackOf(viewer, from, 'audio'),
  ];

  // 30 frames per second; a busy host may show fewer.
  expect(videoNow.framesDecoded - video.framesDecoded).toBeGreaterThan(90);
  expect(videoNow.framesDecoded - video.framesDecoded).toBeLessThan(140);
  expect(videoNow.totalFreezesDuration - video.totalFreezesDuration).toBeLessThan(0.3);
  expect(videoNow.pliCount - video.pliCount).toBe(0);
  // With uneven arrival or wrong timestamps, packets would stay in the jitter buffer for longer.
  expect(held(videoNow)).toBeLessThan(0.2);
  expect(held(audioNow)).toBeLessThan(0.2);
  // The clip's picture in its colours: the box covers a 36th; waves and grain move everywhere.
  expect(picture).toMatchObject({ width: 1280, height: 720 });
  expect(picture.changed).toBeGreaterThan(0.5);
  expect(picture.orange).toBeGreaterThan(0.02);
  expect(picture.orange).toBeLessThan(0.04);

  const samples = audioNow.totalSamplesReceived - audio.totalSamplesReceived;
  expect(samples).toBeGreaterThan(3.5 * 48_000);
  expect((audioNow.concealedSamples - audio.concealedSamples) / samples).toBeLessThan(0.02);
  expect(audioNow.totalAudioEnergy - audio.totalAudioEnergy).toBeGreaterThan(0.1);
  expect(loudness).toBeGreaterThan(0.05);
};

/** Mean time in the jitter buffer, s. */
const held = ({ jitterBufferDelay, jitterBufferEmittedCount }: TrackReport): number =>
  jitterBufferDelay / jitterBufferEmittedCount;
