/** Files of ffmpeg with one planted defect each: this defect is found, and none in a good file. */
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Defect, type JudgedRecording, judgeRecording } from '../src/index.ts';
import { makeRecording, type RecordingChoices } from './support/make-recording.ts';

const whyNot = await skipWithout('ffmpeg');

const folder = mkdtempSync(join(tmpdir(), 'swarm-recordings-'));
const good = join(folder, 'good.mp4');
beforeAll(async () => {
  if (whyNot === null) await makeRecording(good);
});
afterAll(() => rmSync(folder, { recursive: true }));

const PUBLISHED = { publishedMs: 8_000, kinds: ['audio', 'video'], codecs: null } as const;

const judge = (file: string, codecs: readonly string[] | null = null): Promise<JudgedRecording> =>
  judgeRecording(file, { ...PUBLISHED, codecs }, DEFAULT_LIMITS, AbortSignal.timeout(60_000));

const madeWith = async (name: string, choices: RecordingChoices): Promise<JudgedRecording> => {
  const file = join(folder, name);
  await makeRecording(file, choices);
  return await judge(file);
};

const codesOf = ({ defects }: JudgedRecording): Defect['code'][] => defects.map(({ code }) => code);

const WEBM = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus'];

it.each([
  ['good.mp4', []],
  ['good.webm', WEBM],
  ['good.ts', []],
  ['good.m3u8', ['-hls_time', '2', '-hls_list_size', '0']],
])('finds no defect in %s', async (name, output) => {
  const { facts, defects } = await madeWith(name, { output });
  expect(defects).toEqual([]);
  expect(facts?.tracks.map(({ kind }) => kind).toSorted()).toEqual(['audio', 'video']);
  expect(facts?.avOffset?.marks).toBeGreaterThanOrEqual(7);
  expect(Math.abs(facts?.avOffset?.firstMs ?? 1_000)).toBeLessThanOrEqual(60);
});

it('finds a file that is missing, empty, or without its index', async () => {
  const empty = join(folder, 'empty.mp4');
  writeFileSync(empty, '');
  const cut = join(folder, 'cut.mp4');
  copyFileSync(good, cut);
  truncateSync(cut, readFileSync(good).length / 2);
  expect((await judge(join(folder, 'none.mp4'))).defects).toEqual([{ code: 'missing' }]);
  expect((await judge(empty)).defects).toEqual([{ code: 'empty' }]);
  expect(codesOf(await judge(cut))).toEqual(['unreadable']);
});

it('finds a file that was truncated after its index', async () => {
  const file = join(folder, 'cut-later.mp4');
  await makeRecording(file, { output: ['-movflags', '+faststart'] });
  truncateSync(file, Math.round(readFileSync(file).length * 0.6));
  const codes = codesOf(await judge(file));
  expect(codes).toContain('truncated');
  expect(codes).toContain('damaged');
});

it('finds that the end is missing', async () => {
  const { defects } = await madeWith('short.mp4', { seconds: 5 });
  expect(defects).toEqual([
    { code: 'wrong_duration', expectedMs: 8_000, actualMs: expect.closeTo(5_000, -2) },
  ]);
});

it('finds a track that is missing, or ends before the others', async () => {
  expect((await madeWith('mute.mp4', { output: ['-an'] })).defects).toEqual([
    { code: 'missing_track', kind: 'audio' },
  ]);
  const { defects } = await madeWith('early.mp4', { picture: 'trim=end=5' });
  expect(defects).toEqual([
    {
      ...{ code: 'short_track', kind: 'video', lateMs: expect.closeTo(0, -2) },
      earlyMs: expect.closeTo(3_000, -2),
    },
  ]);
});

it('finds a codec that was not asked for', async () => {
  expect((await judge(good, ['opus', 'h264'])).defects).toEqual([
    { code: 'wrong_codec', kind: 'audio', codec: 'aac' },
  ]);
});

it('finds where a track has a gap', async () => {
  const { defects } = await madeWith('gap.mp4', { picture: "select='not(between(t,3,4.5))'" });
  expect(defects).toEqual([
    {
      ...{ code: 'gap', kind: 'video' },
      ...{ fromMs: expect.closeTo(3_000, -2), toMs: expect.closeTo(4_540, -2) },
    },
  ]);
});

it.each([300, -300])('finds audio that is %d ms behind video', async (offsetMs) => {
  const { defects } = await madeWith('offset.mp4', { beepsLateBy: offsetMs / 1_000 });
  expect(defects).toEqual([
    { code: 'av_offset', offsetMs: expect.any(Number), periodMs: expect.closeTo(1_000, -2) },
  ]);
  const [defect] = defects;
  const foundMs = defect?.code === 'av_offset' ? defect.offsetMs : Number.NaN;
  expect(Math.abs(foundMs - offsetMs)).toBeLessThanOrEqual(60);
});

it('finds a picture that is black, and a sound that is silent', async () => {
  const black = await madeWith('black.mp4', {
    picture: "drawbox=c=black:t=fill:enable='between(t,1,7)'",
  });
  expect(black.defects).toEqual([
    { code: 'black', fromMs: expect.closeTo(1_000, -2), toMs: expect.closeTo(7_040, -2) },
  ]);
  const silent = await madeWith('silent.mp4', { sound: 'volume=0' });
  expect(silent.defects).toEqual([
    { code: 'silent', fromMs: expect.closeTo(0, -2), toMs: expect.closeTo(8_000, -2) },
  ]);
});

it('finds damage within a file', async () => {
  const file = join(folder, 'damaged.ts');
  await makeRecording(file);
  const bytes = readFileSync(file);
  for (let at = 100_000; at < bytes.length && at < 102_000; at += 7) bytes[at] = 0xa5;
  for (let at = bytes.length >> 1; at < (bytes.length >> 1) + 2_000; at += 7) bytes[at] = 0xa5;
  writeFileSync(file, bytes);
  expect(codesOf(await judge(file))).toContain('damaged');
});

it('finds a segment that is missing, and a playlist without an end', async () => {
  const file = join(folder, 'segments.m3u8');
  await makeRecording(file, { output: ['-hls_time', '2', '-hls_list_size', '0'] });
  writeFileSync(file, readFileSync(file, 'utf8').replace('#EXT-X-ENDLIST\n', ''));
  rmSync(join(folder, 'segments2.ts'));
  const { defects } = await judge(file);
  expect(defects).toContainEqual({ code: 'missing_segments', names: ['segments2.ts'] });
  expect(defects).toContainEqual({ code: 'unfinished_playlist' });
  const gaps = defects.filter((defect) => defect.code === 'gap' && defect.kind === 'video');
  expect(gaps).toEqual([
    expect.objectContaining({ fromMs: expect.closeTo(4_000, -2), toMs: expect.closeTo(6_000, -2) }),
  ]);
});
