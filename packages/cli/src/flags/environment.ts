import { readVariable, usageError } from '@livekit-swarm/settings/errors';
import type { Command, Option } from 'commander';
import { isRepeatable } from './repeatable.ts';

export type Environment = NodeJS.ProcessEnv;

/** LiveKit's own variables, used where those of swarm are not set. */
const LIVEKIT_NAMES: Record<string, string> = {
  SWARM_URL: 'LIVEKIT_URL',
  SWARM_API_URL: 'LIVEKIT_API_URL',
  SWARM_API_KEY: 'LIVEKIT_API_KEY',
  SWARM_API_SECRET: 'LIVEKIT_API_SECRET',
};

/** The variable that sets a flag, whether it is set or not. */
const boundVariables = new WeakMap<Option, string>();

/** Name of the variable that sets a flag; undefined: no variable sets it. */
export const boundVariable = (option: Option): string | undefined => boundVariables.get(option);

/** The variable behind a flag that is set but empty. */
const emptyVariables = new WeakMap<Option, string>();

/** Adds options below a heading. Each can come from the environment as SWARM_NAME. */
export const addGroup = (
  command: Command,
  env: Environment,
  group: string,
  options: Option[],
): void => {
  for (const option of options) command.addOption(fromEnvironment(option, env).helpGroup(group));
};

/** Name of the variable that sets a flag: `SWARM_JOIN_RATE` for `--join-rate`. */
export const variableOf = (option: Option, prefix = 'SWARM_'): string =>
  `${prefix}${option.name().replaceAll(/[-.]/g, '_').toUpperCase()}`;

/**
 * Puts an environment variable under a flag: defaults < environment < flags. One that is set but empty is an
 * error where the flag is used: see `rejectEmptyVariables`.
 */
export const fromEnvironment = (option: Option, env: Environment, prefix = 'SWARM_'): Option => {
  const own = variableOf(option, prefix);
  if (!option.negate) boundVariables.set(option, own);
  const name = env[own] === undefined ? (LIVEKIT_NAMES[own] ?? own) : own;
  const value = env[name];
  if (value === undefined || option.negate) return option;
  if (value.trim() === '') {
    emptyVariables.set(option, name);
    return option;
  }
  if (option.isBoolean()) return option.default(readBoolean(name, value));
  if (isRepeatable(option)) return option.default(splitList(value));
  return option.env(name);
};

/** @throws SwarmError `usage` when the variable of a flag that was not given is set but empty */
export const rejectEmptyVariables = (command: Command, env: Environment): void => {
  for (const option of command.options) {
    const name = emptyVariables.get(option);
    if (name !== undefined && command.getOptionValueSource(option.attributeName()) !== 'cli')
      readVariable(env, name);
  }
};

/** Splits a variable with several values at semicolons and line ends. */
const splitList = (text: string): string[] =>
  text
    .split(/[;\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

const BOOLEANS: Record<string, boolean> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

const readBoolean = (name: string, text: string): boolean => {
  const value = BOOLEANS[text.trim().toLowerCase()];
  if (value === undefined)
    throw usageError(`${name}=${text}: is neither yes nor no`, 'write true or false');
  return value;
};
