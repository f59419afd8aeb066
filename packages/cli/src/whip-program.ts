import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { WhipFlags } from './commands/whip.ts';
import type { Console } from './console.ts';
import { authoritiesFlag } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { calibrationFlag, processesFlag, reconnectPolicyFlag } from './flags/generator.ts';
import { addHostFlags } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { liveMetricsFlags, livePageFlags } from './flags/live.ts';
import { outputFlags, quietFlag } from './flags/output.ts';
import { verdictFlags } from './flags/verdict.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

const CONFIRMED = 'a public server that only the environment names';

/** `swarm whip`. Its code is loaded on use. */
export const addWhipCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('whip')
    .description('load WHIP and WHEP endpoints of any server: publishers, players');
  addGroup(command, console.env, 'Load:', [
    new Option('--whip <url>', 'publish there; {room} in it is the number of the stream, from 1'),
    new Option('--whep <url>', 'play from there; {room} as above'),
    new Option('--streams <n>', 'streams, each with one publisher where --whip is given').default(
      '1',
    ),
    new Option('--players <n>', 'players of each stream, with --whep').default('1'),
    new Option('--publish <kinds>', 'audio, video or audio,video (default: audio)'),
    new Option('--video <size>', '180p, 360p, 540p, 720p or 1080p (default: 720p)'),
    new Option('--codec <name>', 'vp8, h264, vp9 or av1 (default: vp8)'),
    new Option('--simulcast', 'publish video in layers'),
    new Option(
      '--path <path>',
      'path of media: direct, or by TURN servers that the endpoint names in headers Link: turn-udp, turn-tcp, turn-tls, auto (default: direct)',
    ),
    new Option('--join-rate <n>', 'joins per second (default: 50)'),
    new Option('--duration <time>', 'time from the last scheduled join (default: 30s)'),
    new Option(
      '--token <place>',
      'where the bearer token of the requests is: env:NAME or file:PATH (default: none)',
    ),
  ]);
  addHostFlags(command, 'Servers:', CONFIRMED);
  addGroup(command, console.env, 'Servers:', [authoritiesFlag()]);
  addGroup(command, console.env, 'Verdict:', [
    ...verdictFlags(),
    new Option('--record <dir>', 'folder for the record and logs (default: records/TIME-RUN)'),
    ...livePageFlags(),
    ...liveMetricsFlags(),
    ...outputFlags('compact'),
  ]);
  addGroup(command, console.env, 'Load generator:', [
    reconnectPolicyFlag('sdk').default('sdk'),
    processesFlag(),
    calibrationFlag(),
    quietFlag(),
  ]);
  addHelp(command, whipHelp).action(async (_flags: unknown, self: Command) => {
    const { whipCommand } = await import('./commands/whip.ts');
    done(await whipCommand(self.opts<WhipFlags>(), isTyped(self), console));
  });
};

const whipHelp: CommandHelp = {
  examples: [
    [
      "swarm whip --whip 'https://live.example.com/{room}/whip' --whep 'https://live.example.com/{room}/whep' --streams 5 --players 40 --token env:LIVE_TOKEN",
    ],
    ['swarm whip --whep https://live.example.com/show/whep --players 200 --duration 5m'],
    [
      "swarm whip --whip https://live.example.com/show/whip --publish audio,video --threshold 'join_time: p(95)<1000'",
    ],
  ],
  notes: `
A publisher sends by WHIP (RFC 9725), a player receives by WHEP, with the media of native
participants. The record and its reports are those of a run: swarm report, swarm compare. No room of
LiveKit is joined. To load livekit/ingress through its API, use the key ingress of a scenario.

Exit codes: as of swarm run. At the end, also after Ctrl-C, each session is ended by DELETE.
`,
};
