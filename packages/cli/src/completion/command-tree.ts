import type { Command, Option } from 'commander';

/** A flag as a shell, or a page of a manual, has to know it. */
export interface FlagFacts {
  /** `--rooms`; every name that is shown. */
  names: string[];
  /** `<n>`; null where the flag takes no value. */
  value: string | null;
  /** The only values that are accepted; none where any is. */
  choices: readonly string[];
  description: string;
  group: string | null;
}

/** A command with everything below it. */
export interface CommandFacts {
  /** Words that are typed after the program's name: `chaos run`; empty for the program itself. */
  path: string;
  description: string;
  /** `<scenario> [more…]` */
  arguments: string;
  flags: FlagFacts[];
  commands: CommandFacts[];
}

/**
 * The commands and flags of a program, as commander has them. What is hidden in its help is left
 * out.
 */
export const describeCommand = (command: Command, path = ''): CommandFacts => {
  const help = command.createHelp();
  return {
    path,
    description: command.description(),
    arguments: command.registeredArguments
      .map((argument) => help.argumentTerm(argument))
      .map((term, index) => {
        const { required, variadic } = command.registeredArguments[index] ?? {};
        const name = `${term}${variadic === true ? '…' : ''}`;
        return required === true ? `<${name}>` : `[${name}]`;
      })
      .join(' '),
    flags: help.visibleOptions(command).map(flagFacts),
    commands: help
      .visibleCommands(command)
      .map((child) =>
        describeCommand(child, path === '' ? child.name() : `${path} ${child.name()}`),
      ),
  };
};

const flagFacts = (option: Option): FlagFacts => ({
  names: [option.short, option.long].filter((name) => name !== undefined),
  value: option.required || option.optional ? (/[<[].*[>\]]/.exec(option.flags)?.[0] ?? '') : null,
  choices: option.argChoices ?? [],
  description: option.description,
  group: option.helpGroupHeading ?? null,
});

/** The command and all below it, as they are typed. */
export const everyCommand = (command: CommandFacts): CommandFacts[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];
