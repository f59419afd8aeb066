import type { Command } from 'commander';
import { COMMAND_GROUPS } from './command-groups.ts';
import { type Example, exampleLines } from './command-help.ts';

/** Examples of `swarm --help`. */
export const ROOT_EXAMPLES: readonly Example[] = [
  ['swarm --embedded', 'a first run, all on this host'],
  ['swarm verify --url wss://lk.example.com', 'wrong settings of your server'],
  ['swarm --url wss://lk.example.com --rooms 50', 'a load on your server'],
];

const FIRST_WIDTH = Math.max(
  ...Object.values(COMMAND_GROUPS).flatMap((names) => names.map((name) => name.length)),
);

/** The page of `swarm --help`: one screen. The flags of a command are on the command's own page. */
export const rootHelp = (program: Command): string => {
  const commands = new Map(program.commands.map((command) => [command.name(), command]));
  const { Program, ...described } = COMMAND_GROUPS;
  const groups = Object.entries(described).map(([title, names]) => [
    `${title}:`,
    ...names.flatMap((name) => {
      const command = commands.get(name);
      return command === undefined
        ? []
        : [`  ${name.padEnd(FIRST_WIDTH)}  ${command.description()}`];
    }),
  ]);
  return [
    [
      program.description(),
      'Examples (keys of your server: LIVEKIT_API_KEY, LIVEKIT_API_SECRET):',
      ...exampleLines(ROOT_EXAMPLES),
    ],
    ...groups,
    [
      `Program: ${Program.join(', ')}`,
      '"swarm COMMAND --help" lists flags; without a command, those of "run" apply.',
    ],
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
};

/** Output of `swarm` without arguments. */
export const SHORT_HELP = `Load testing for self-hosted LiveKit with real audio and video. Nothing was started.

  swarm --embedded                                   a first run: 20 rooms of two with audio,
                                                     on a livekit-server started on this host
  swarm verify --url wss://livekit.example.com       is a deployment configured correctly?
  swarm run FILE --url wss://livekit.example.com     the load of a scenario file

Keys of a deployment: LIVEKIT_API_KEY and LIVEKIT_API_SECRET.

swarm --help            all commands
swarm COMMAND --help    flags and examples of a command
docs/get-started.md     the first five minutes
`;
