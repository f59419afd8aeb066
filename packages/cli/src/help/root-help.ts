import type { Command } from 'commander';
import { COMMAND_GROUPS } from './command-groups.ts';

/** Examples of `swarm --help`. */
const EXAMPLES = [
  ['swarm --embedded', 'a first run, all on this host'],
  ['swarm run scenarios/voice-ai.yaml --embedded', 'a scenario file'],
  ['swarm verify --url wss://lk.example.com', 'wrong settings of your server'],
  ['swarm --url wss://lk.example.com --rooms 50', 'a load on your server'],
  ['swarm chaos run chaos/hang-10s.yaml', 'a fault, and the recovery'],
] as const;

const FIRST_WIDTH = Math.max(
  ...Object.values(COMMAND_GROUPS).flatMap((names) => names.map((name) => name.length)),
);

const EXAMPLE_WIDTH = Math.max(...EXAMPLES.map(([line]) => line.length));

/** The page of `swarm --help`: one screen. The flags of a command are on the command's own page. */
export const rootHelp = (program: Command): string => {
  const commands = new Map(program.commands.map((command) => [command.name(), command]));
  const groups = Object.entries(COMMAND_GROUPS).map(([title, names]) => [
    `${title}:`,
    ...names.flatMap((name) => {
      const command = commands.get(name);
      return command === undefined
        ? []
        : [`  ${name.padEnd(FIRST_WIDTH)}  ${command.description()}`];
    }),
  ]);
  return [
    [program.description()],
    [
      'Examples (keys of your server: LIVEKIT_API_KEY, LIVEKIT_API_SECRET):',
      ...EXAMPLES.map(([line, what]) => `  ${line.padEnd(EXAMPLE_WIDTH)}  ${what}`),
    ],
    ...groups,
    ['"swarm COMMAND --help" lists flags; without a command, those of "run" apply.'],
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
};
