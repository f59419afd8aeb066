import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { RecordingsCheckFlags } from './commands/recordings-check.ts';
import type { RecordingsRunFlags } from './commands/recordings-run.ts';
import type { Console } from './console.ts';
import { deploymentFlags } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
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
  addRunCommand(recordings, console, done);
  const check = recordings
    .command('check')
    .argument(
      '<file...>',
      'media files, or HLS playlists with their segments: room.mp4 live.m3u8 s3://BUCKET/room.mp4',
    )
    .description('find what is missing or wrong in recordings: tracks, gaps, duration, A/V offset');
  addGroup(check, console.env, 'What was published:', [
    new Option(
      '--published <time>',
      'time for which it was published and recorded (default: duration not judged)',
    ),
    new Option('--tracks <kinds>', 'kinds of tracks: audio, video or audio,video'),
    new Option('--codecs <codecs>', 'codecs that tracks may have, as ffprobe names them: aac,h264'),
  ]);
  addGroup(check, console.env, 'Storage:', [s3Endpoint()]);
  addGroup(check, console.env, 'Allowed deviations:', limitFlags());
  addGroup(check, console.env, 'Output:', resultOutputFlags('recordings'));
  addHelp(check, checkHelp).action(async (files: string[], flags: RecordingsCheckFlags) => {
    const { recordingsCheckCommand } = await import('./commands/recordings-check.ts');
    done(await recordingsCheckCommand(files, flags, console));
  });
};

const addRunCommand = (
  recordings: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const run = recordings
    .command('run')
    .description('record rooms of a load through the API, and judge egress and its files');
  addGroup(run, console.env, 'Recordings:', [
    new Option(
      '--room-prefix <text>',
      'record only rooms whose names begin so (default: swarm-)',
    ).default('swarm-'),
    new Option(
      '--share <share>',
      'share of these rooms, in the order of their names (default: 100%)',
    ).default('100%'),
    new Option(
      '--egress <egress>',
      'what is recorded, in turns (default: room,participant,track)',
    ).default('room,participant,track'),
    new Option(
      '--rooms-within <time>',
      'wait for rooms with media, until none is added for 2 s (default: 0s)',
    ).default('0s'),
    new Option('--for <time>', 'time for which each is active (default: 30s)').default('30s'),
    new Option(
      '--start-within <time>',
      'from the request until it is active (default: 20s)',
    ).default('20s'),
    new Option('--finish-within <time>', 'from the stop until it is over (default: 60s)').default(
      '60s',
    ),
    new Option(
      '--folder <path>',
      'folder, as egress sees it, below which each run has its own (default: recordings/)',
    ).default('recordings/'),
    new Option(
      '--files <place>',
      'where their names are found: a folder, s3://…, https://… (default: files not judged)',
    ),
    s3Endpoint(),
  ]);
  addGroup(run, console.env, 'Allowed deviations:', limitFlags());
  addGroup(run, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(run, 'Deployment:', CONFIRMED.run);
  // Without a variable: one would be forgotten in the environment.
  run.addOption(
    new Option(
      '--with-other-users',
      'also record rooms whose names do not begin with swarm-: users may be in them',
    ).helpGroup('Deployment:'),
  );
  addGroup(run, console.env, 'Output:', resultOutputFlags('recordings'));
  addHelp(run, runHelp).action(async (flags: RecordingsRunFlags, own: Command) => {
    const { recordingsRunCommand } = await import('./commands/recordings-run.ts');
    done(await recordingsRunCommand(flags, isTyped(own), console));
  });
};

const runHelp: CommandHelp = {
  examples: [
    ['swarm recordings run --share 5% --for 5m --files /var/lib/egress'],
    ['swarm recordings run --egress track --folder out/ --files https://files.example.com/'],
    ['swarm run load.yaml & swarm recordings run --rooms-within 30s --for 5m'],
  ],
  notes: `
Records rooms that exist: start a load beside it, with swarm run. Egress needs a worker for each
recording, and a room composite starts a browser: begin with few.

Keys of a bucket are those of AWS's tools: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or
AWS_PROFILE.

Exit codes: 0 no defect; 99 an egress or a file has one; 98 none, but the storage did not give
every file; 2 bad usage, or no such room; 3 the deployment or the storage cannot be reached, or
ffmpeg is not installed; 130 interrupted: everything was stopped.
`,
};

const s3Endpoint = (): Option =>
  new Option(
    '--s3-endpoint <url>',
    'service with the API of S3 (default: that of AWS_ENDPOINT_URL, else AWS)',
  );

const limitFlags = (): Option[] => [
  new Option(
    '--max-duration-error <time>',
    'longer or shorter than published (default: 1s)',
  ).default('1s'),
  new Option('--max-gap <time>', 'time without a packet of a track (default: 500ms)').default(
    '500ms',
  ),
  new Option(
    '--max-av-offset <time>',
    'audio ahead of video, or behind it (default: 100ms)',
  ).default('100ms'),
  new Option('--max-black <time>', 'black picture at a stretch (default: 5s)').default('5s'),
  new Option('--max-silence <time>', 'no sound at a stretch (default: 5s)').default('5s'),
];

const checkHelp: CommandHelp = {
  examples: [
    ['swarm recordings check room.mp4 --published 30m --tracks audio,video'],
    ['swarm recordings check s3://lessons/2026/room.mp4 --s3-endpoint https://minio.example.com'],
    ['swarm recordings check out/*.ogg --tracks audio --codecs opus --report junit=recordings.xml'],
  ],
  notes: `
Needs ffprobe and ffmpeg. The offset of audio and video is measured where picture and sound have a
flash and a beep at the same time, once a second or at another period.

Keys of a bucket are those of AWS's tools: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or
AWS_PROFILE.

Exit codes: 0 no defect; 99 a recording has one; 98 none, but a bucket did not give every file;
3 ffmpeg is not installed; 2 bad usage; 130 interrupted.
`,
};
