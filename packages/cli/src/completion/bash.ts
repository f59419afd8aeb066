import { type CommandFacts, everyCommand } from './command-tree.ts';

/** Both names of the program. */
export const PROGRAMS = ['swarm', 'livekit-swarm'];

/** Fills COMPREPLY from the words that fit; zsh has another way. */
const FILL = 'mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")';

/** Completion for bash: commands, flags, and the values of flags that accept only some. Files complete everywhere else, as usual. */
export const bashCompletion = (program: CommandFacts, fill = FILL): string => {
  const all = everyCommand(program);
  return `# Completion of livekit-swarm
# Whether this flag, typed as COMMAND:FLAG, takes a value; "words" are those that it accepts.
_livekit_swarm_value() {
  case "$1" in
${all.flatMap(valuesOf).join('\n')}
    *) return 1 ;;
  esac
}
_livekit_swarm() {
  local current=\${COMP_WORDS[COMP_CWORD]} at='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if _livekit_swarm_value "$at:\${COMP_WORDS[i]}"; then ((i++)); continue; fi
    case "$at \${COMP_WORDS[i]}" in
      ${all.slice(1).map(entered).join(' | ')}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=() words=''
  if ! _livekit_swarm_value "$at:\${COMP_WORDS[COMP_CWORD - 1]}"; then
    case "$at" in
${all.map(wordsOf).join('\n')}
    esac
  fi
  ${fill}
}
complete -o default -F _livekit_swarm ${PROGRAMS.join(' ')}
`;
};

/** At the command above, its last word was typed. */
const entered = ({ path }: CommandFacts): string => {
  const words = path.split(' ');
  return `'${words.slice(0, -1).join(' ')} ${words.at(-1)}'`;
};

const valuesOf = ({ path, flags }: CommandFacts): string[] => {
  const withValue = flags.filter(({ value }) => value !== null);
  const patterns = (some: typeof flags) =>
    some.flatMap(({ names }) => names.map((name) => `'${path}:${name}'`)).join(' | ');
  const free = withValue.filter(({ choices }) => choices.length === 0);
  return [
    ...(free.length === 0 ? [] : [`    ${patterns(free)}) ;;`]),
    ...withValue
      .filter((flag) => !free.includes(flag))
      .map((flag) => `    ${patterns([flag])}) words='${flag.choices.join(' ')}' ;;`),
  ];
};

const wordsOf = ({ path, flags, commands }: CommandFacts): string => {
  const commandNames = commands.map((command) => command.path.split(' ').at(-1)).join(' ');
  const flagNames = flags.flatMap(({ names }) => names).join(' ');
  return `      '${path}') if [[ $current == -* ]]; then words='${flagNames}'; else words='${commandNames}'; fi ;;`;
};
