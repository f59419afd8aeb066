import type { ExitCode } from '@livekit-swarm/settings/errors';
import { EXIT_CODES } from '@livekit-swarm/settings/errors';
import { Argument, type Command } from 'commander';
import { bashCompletion } from './completion/bash.ts';
import { type CommandFacts, describeCommand } from './completion/command-tree.ts';
import { fishCompletion } from './completion/fish.ts';
import { zshCompletion } from './completion/zsh.ts';
import { type Console, write } from './console.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** Functions that write the completion for a shell. */
export const SHELLS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Record<string, (program: CommandFacts) => string>;

/** `swarm completion SHELL`. */
export const addCompletionCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('completion')
    .description('print the completion for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)));
  addHelp(command, completionHelp).action(async (shell: keyof typeof SHELLS) => {
    await write(console.stdout, SHELLS[shell](describeCommand(program)));
    done(EXIT_CODES.passed.code);
  });
};

const completionHelp: CommandHelp = {
  examples: [
    ['swarm completion bash > ~/.local/share/bash-completion/completions/swarm'],
    ['swarm completion zsh > "$fpath[1]/_swarm"'],
    ['swarm completion fish > ~/.config/fish/completions/swarm.fish'],
  ],
};
