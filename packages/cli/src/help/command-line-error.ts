import { nearest, suggest, usageError } from '@livekit-swarm/settings/errors';
import type { Command, CommanderError } from 'commander';
import { examplesOf } from './command-help.ts';
import { exampleOf } from './example-values.ts';

/** A command in which a command line ended with an error. */
interface FailedCommand {
  command: Command;
  /** Words that lead to the command: `swarm lab up`. */
  path: string;
  /** All words of the command line. */
  typed: readonly string[];
}

/** Hints for flags that a command lacks, and others have, by command and flag. */
const INSTEAD: Readonly<Record<string, string>> = {
  'swarm chaos run --dry-run':
    '"swarm chaos plan FILE" shows what the drill would do, and starts nothing',
};

/**
 * Throws commander's error in the form of all other errors: what is wrong, and the next step.
 * @throws SwarmError `usage`; CommanderError where a page of help was printed
 */
export const throwUsageError = (error: CommanderError, failed: FailedCommand): never => {
  const { command, path, typed } = failed;
  switch (error.code) {
    case 'commander.unknownOption': {
      const flag = command.args.find((word) => word.startsWith('-') && word !== '-') ?? '';
      const name = flag.split('=', 1)[0] ?? flag;
      const known = command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
      // Without its value, which may be a secret.
      throw usageError(
        `unknown flag ${name}`,
        INSTEAD[`${path} ${name}`] ?? didYouMean(name, known, flagsOf(path)),
      );
    }
    case 'commander.unknownCommand':
      throw unknownCommand(command.args[0] ?? '', command, path);
    case 'commander.optionMissingArgument': {
      const flag = typed.at(-1) ?? '';
      const option = command.options.find(({ long, short }) => flag === long || flag === short);
      if (option === undefined) throw usageError(`${flag} needs a value`, flagsOf(path));
      throw usageError(
        `${option.flags} needs a value: ${option.description}`,
        `for example: ${exampleOf(option)}`,
      );
    }
    case 'commander.missingMandatoryOptionValue': {
      const option = command.options.find(
        (one) => one.mandatory && command.getOptionValue(one.attributeName()) === undefined,
      );
      if (option === undefined) throw error;
      throw usageError(
        `${path} needs ${option.flags}: ${option.description}`,
        `for example: ${path} ${exampleOf(option)}`,
      );
    }
    case 'commander.missingArgument': {
      const argument = command.registeredArguments.find(
        ({ required }, index) => required && command.args[index] === undefined,
      );
      throw usageError(
        `${path} needs <${argument?.name()}>: ${argument?.description}`,
        exampleHint(command) ?? listOf(failed),
      );
    }
    case 'commander.excessArguments': {
      const [first] = command.args.slice(command.registeredArguments.length);
      throw usageError(`${path}: unexpected argument "${first}"`, listOf(failed));
    }
    case 'commander.invalidArgument': {
      for (const [index, argument] of command.registeredArguments.entries()) {
        const given = command.args[index];
        if (given !== undefined && argument.argChoices?.includes(given) === false)
          throw usageError(
            `${path} ${given}: unknown ${argument.name()}`,
            suggest(given, argument.argChoices, 'available:'),
          );
      }
      throw usageError(withoutPrefix(error.message), flagsOf(path));
    }
    default:
      throw error;
  }
};

/** The error of a command that does not exist, below a command. */
export const unknownCommand = (word: string, command: Command, path: string): Error =>
  usageError(
    `unknown command "${path === 'swarm' ? word : `${path} ${word}`}"`,
    didYouMean(
      word,
      command.commands.map((one) => one.name()),
      listOf({ command, path }),
    ),
  );

const didYouMean = (word: string, known: readonly string[], list: string): string => {
  const meant = nearest(word, known);
  return meant === null ? list : `did you mean ${meant}? ${list}`;
};

const listOf = ({ command, path }: Pick<FailedCommand, 'command' | 'path'>): string =>
  `"${path} --help" lists ${command.commands.length > 0 ? 'its commands' : 'its flags'}`;

/** Hint at the page with the flags of a command; those of the program itself are on that of run. */
const flagsOf = (path: string): string =>
  `"${path === 'swarm' ? 'swarm run' : path} --help" lists its flags`;

/** Hint with the first example of a command; null without one. */
const exampleHint = (command: Command): string | null => {
  const own = examplesOf(command).find(([line]) => line.startsWith('swarm '));
  return own === undefined ? null : `for example: ${own[0]}`;
};

/** Removes commander's own word for an error, which every error of `swarm` begins with. */
const withoutPrefix = (message: string): string => message.replace(/^error: /, '');
