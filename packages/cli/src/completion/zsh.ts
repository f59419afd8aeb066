import { bashCompletion, PROGRAMS } from './bash.ts';
import type { CommandFacts } from './command-tree.ts';

/** Completion for zsh, which runs that of bash (zshcompsys(1), "bashcompinit"). */
export const zshCompletion = (program: CommandFacts): string =>
  [
    `#compdef ${PROGRAMS.join(' ')}`,
    'autoload -U +X bashcompinit && bashcompinit',
    // zsh has no mapfile; (f) splits at line ends.
    bashCompletion(program, `COMPREPLY=(\${(f)"$(compgen -W "$words" -- "$current")"})`),
  ].join('\n');
