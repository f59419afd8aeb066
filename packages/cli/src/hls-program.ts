import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { HlsFlags } from './commands/hls.ts';
import type { Console } from './console.ts';
import { authoritiesFlag } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { hostFlags } from './flags/host-rules.ts';
import { resultOutputFlags } from './flags/output.ts';
import { thresholdFlag } from './flags/verdict.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm hls`. Its code is loaded on use. */
export const addHlsCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('hls')
    .argument('<url>', 'playlist of a live stream: https://cdn.example.com/radio/main.m3u8')
    .description('load a live HLS stream: stalls, gaps and stale playlists');
  addGroup(command, console.env, 'Load:', [
    new Option('--listeners <n>', 'listeners, all in one process').default('1'),
    new Option('--duration <time>', 'time from the first listener until all end').default('30s'),
    new Option(
      '--ramp <time>',
      'time over which they begin (default: 20 ms for each, at most half of the duration)',
    ),
    new Option(
      '--bandwidth <rate>',
      'of each listener, for the choice of a variant: 3Mbit/s, 800kbit/s (default: the highest variant)',
    ),
    thresholdFlag(),
  ]);
  addGroup(command, console.env, 'Deployment:', [...hostFlags(), authoritiesFlag()]);
  addGroup(command, console.env, 'Output:', resultOutputFlags('hls'));
  addHelp(command, hlsHelp).action(async (url: string, flags: HlsFlags) => {
    const { hlsCommand } = await import('./commands/hls.ts');
    done(await hlsCommand(url, flags, console));
  });
};

const hlsHelp: CommandHelp = {
  examples: [
    ['swarm hls https://cdn.example.com/radio/main.m3u8'],
    ['swarm hls https://cdn.example.com/radio/main.m3u8 --listeners 500 --duration 5m'],
    [
      "swarm hls https://cdn.example.com/a.m3u8 --threshold 'hls_live_age: p(95)<8s' --report junit=hls.xml",
    ],
  ],
  notes: `
A listener loads what a player loads, and decodes nothing. Other hosts than that of the URL, such as
those of segments, must be named: --allow-host.

Exit codes: 0 all thresholds are met; 99 one is crossed; 98 this host was too slow, or had no
sockets; 3 the stream cannot be followed; 2 bad usage, a recording, or another host;
130 interrupted.
`,
};
