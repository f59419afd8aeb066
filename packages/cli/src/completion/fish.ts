import { PROGRAMS } from './bash.ts';
import { type CommandFacts, everyCommand, type FlagFacts } from './command-tree.ts';

/** Completion for fish, with descriptions. */
export const fishCompletion = (program: CommandFacts): string =>
  `# fish completion of livekit-swarm
function __livekit_swarm_at
    set -l words (commandline -opc) ''
    set -l at ''
    for word in $words[2..-2]
        switch "$at $word"
            case ${everyCommand(program).slice(1).map(entered).join(' ')}
                set at (string trim "$at $word")
        end
    end
    test "$at" = "$argv"
end
${PROGRAMS.map((name) =>
  everyCommand(program)
    .flatMap((command) => linesOf(name, command))
    .join('\n'),
).join('\n')}
`;

const entered = ({ path }: CommandFacts): string => {
  const words = path.split(' ');
  return quoted(`${words.slice(0, -1).join(' ')} ${words.at(-1)}`);
};

const linesOf = (program: string, { path, commands, flags }: CommandFacts): string[] => {
  const start = `complete -c ${program} -n ${quoted(`__livekit_swarm_at ${quotedInside(path)}`)}`;
  return [
    ...commands.map(
      (child) => `${start} -f -a ${child.path.split(' ').at(-1)} -d ${quoted(child.description)}`,
    ),
    ...flags.map(
      (flag) => `${start} ${namesOf(flag)}${valueFlags(flag)} -d ${quoted(flag.description)}`,
    ),
  ];
};

const namesOf = ({ names }: FlagFacts): string =>
  names
    .map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
    .join(' ');

const valueFlags = ({ value, choices }: FlagFacts): string => {
  if (value === null) return '';
  return choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -r';
};

const quotedInside = (text: string): string => `"${text}"`;

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
