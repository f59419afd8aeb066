import type { Command } from 'commander';
import { addressFlags, signallingFlag } from './deployment.ts';
import { type Environment, variableOf } from './environment.ts';
import { joinExistingRoomsFlag, readFlags } from './guard.ts';
import { hostFlags } from './host-rules.ts';
import { liveMetricsFlags, livePageFlags } from './live.ts';
import { isLoadFlag } from './load.ts';
import { noSwarmYamlFlag } from './no-swarm-yaml.ts';
import { colorFlag, outputFlags, quietFlag } from './output.ts';

/**
 * Names of flags on the output of a run, on its guard, and on the way to a server that another flag
 * or a variable names: they describe no load.
 */
const NOT_OF_LOAD: ReadonlySet<string> = new Set([
  ...['record', 'confirmTarget'],
  ...[
    ...outputFlags('compact'),
    ...livePageFlags(),
    ...liveMetricsFlags(),
    quietFlag(),
    colorFlag(),
    noSwarmYamlFlag(),
    ...hostFlags(),
    ...readFlags(),
    joinExistingRoomsFlag(),
    ...addressFlags(),
    signallingFlag(),
  ].map((option) => option.attributeName()),
]);

/**
 * Returns true when the user asked for a load: a flag on the load, its server, verdict or generator
 * was typed, or a variable sets one of the load itself. A URL in the environment alone is not
 * enough, nor are flags on the output, the guard, TLS or keys: the default load would go to that
 * server.
 */
export const describesLoad = (command: Command, env: Environment): boolean =>
  command.options.some(
    (option) =>
      (!NOT_OF_LOAD.has(option.attributeName()) &&
        isTypedOption(command, option.attributeName())) ||
      (isLoadFlag(option) && env[variableOf(option)] !== undefined),
  );

/** Flags of the command line, as they are written: `--no-color`. */
export const typedFlags = (command: Command): string[] =>
  command.options
    .filter((option) => isTypedOption(command, option.attributeName()))
    .map(({ long, flags }) => long ?? flags);

const isTypedOption = (command: Command, name: string): boolean =>
  command.getOptionValueSource(name) === 'cli';
