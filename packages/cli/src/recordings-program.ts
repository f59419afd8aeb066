import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { RecordingsCheckFlags } from './commands/recordings-check.ts';
import type { Console } from './console.ts';
import { addGroup } from './flags/environment.ts';
import { resultOutputFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm recordings`. The code of its commands is loaded on use. */
export const addRecordingsCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const recordings = program
    .command('recordings')
    .description('find what is missing or wrong in recordings of egress');
  const check = recordings
    .command('check')
    .argument('<file...>', 'media files, or HLS playlists with their segments: room.mp4 live.m3u8')
    .description('find what is missing or wrong in recordings: tracks, gaps, duration, A/V offset');
  addGroup(check, console.env, 'What was published:', [
    new Option(
      '--published <time>',
      'time for which it was published and recorded (default: duration not judged)',
    ),
    new Option('--tracks <kinds>', 'kinds of tracks: audio, video or audio,video'),
    new Option('--codecs <codecs>', 'codecs that tracks may have, as ffprobe names them: aac,h264'),
  ]);
  addGroup(check, console.env, 'Allowed deviations:', limitFlags());
  addGroup(check, console.env, 'Output:', resultOutputFlags('recordings'));
  addHelp(check, checkHelp).action(async (files: string[], flags: RecordingsCheckFlags) => {
    const { recordingsCheckCommand } = await import('./commands/recordings-check.ts');
    done(await recordingsCheckCommand(files, flags, console));
  });
};

const limitFlags = (): Option[] => [
  new Option('--max-duration-error <time>', 'longer or shorter than published').default('1s'),
  new Option('--max-gap <time>', 'time without a packet of a track').default('500ms'),
  new Option('--max-av-offset <time>', 'audio ahead of video, or behind it').default('100ms'),
  new Option('--max-black <time>', 'black picture at a stretch').default('5s'),
  new Option('--max-silence <time>', 'no sound at a stretch').default('5s'),
];

const checkHelp: CommandHelp = {
  examples: [
    ['swarm recordings check room.mp4 --published 30m --tracks audio,video'],
    ['swarm recordings check out/*.ogg --tracks audio --codecs opus --report junit=recordings.xml'],
  ],
  notes: `
Needs ffprobe and ffmpeg. The offset of audio and video is measured where picture and sound have a
flash and a beep at the same time, once a second or at another period.

Exit codes: 0 no defect; 99 a recording has one; 1 ffmpeg is not installed; 2 bad usage;
130 interrupted.
`,
};
