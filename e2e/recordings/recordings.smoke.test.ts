/** Recordings that the command reads: a whole one, and one that lost its sound and its end. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('ffmpeg');

const record = (file: string, seconds: number, ...output: string[]): string => {
  const input = ['testsrc=s=320x180:r=25', 'sine=r=48000'].flatMap((source) => [
    ...['-f', 'lavfi', '-t', String(seconds), '-i', source],
  ]);
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...input, ...output, file]);
  return file;
};

it('names what a recording lacks, and nothing for a whole one', async () => {
  const folder = scratch();
  const whole = record(join(folder, 'whole.mp4'), 4);
  const mute = record(join(folder, 'mute.mp4'), 2, '-an');
  const none = join(folder, 'none.mp4');
  const expected = ['--published', '4s', '--tracks', 'audio,video'];

  const good = await runSwarm(['recordings', 'check', whole, ...expected]);
  expect(good).toMatchObject({ exit: 0, stdout: expect.stringContaining('Verdict: passed') });

  const bad = await runSwarm(['recordings', 'check', whole, mute, none, ...expected, '--json']);
  expect(bad.exit).toBe(99);
  const { recordings } = JSON.parse(bad.stdout) as {
    recordings: { name: string; defects: { code: string }[] }[];
  };
  expect(recordings.map(({ name, defects }) => [name, defects.map(({ code }) => code)])).toEqual([
    [whole, []],
    [mute, ['wrong_duration', 'missing_track']],
    [none, ['missing']],
  ]);

  const wrong = await runSwarm(['recordings', 'check', whole, '--tracks', 'sound']);
  expect(wrong).toMatchObject({ exit: 2, stderr: expect.stringContaining('--tracks sound') });
});
