import type { Command } from 'commander';
import { type Environment, variableOf } from './environment.ts';
import { isLoadFlag } from './load.ts';
import { scenarioFlags } from './scenario.ts';

const SCENARIO_FLAGS: ReadonlySet<string> = new Set(
  scenarioFlags().map((option) => option.attributeName()),
);

/**
 * Lines on variables that the command would use without, or only with, a scenario file. Flags of
 * this kind are an error; variables may be meant for other commands.
 */
export const unusedVariables = (command: Command, env: Environment): string[] => {
  const { options, args } = command;
  if (!options.some(isLoadFlag)) return [];
  const [file] = args;
  const unused = options
    .filter((option) =>
      file === undefined ? SCENARIO_FLAGS.has(option.attributeName()) : isLoadFlag(option),
    )
    .map((option) => variableOf(option))
    .filter((name) => env[name] !== undefined);
  if (unused.length === 0) return [];
  return [
    `${unused.join(', ')} of the environment ${unused.length > 1 ? 'are' : 'is'} not used: ${file === undefined ? 'there is no scenario file' : `the scenario ${file} defines the load`}`,
  ];
};
