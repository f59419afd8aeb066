/** Options of `npm run kills`. */
import { parseArgs } from 'node:util';
import { usageError } from '@livekit-swarm/settings';
import { KILLED, type RandomKillsOptions } from './random-kills.ts';

/** @throws SwarmError `usage` */
export const readKillOptions = (
  args: readonly string[],
): Required<Pick<RandomKillsOptions, 'count' | 'seed' | 'only'>> => {
  const { count, seed, only } = parse(args);
  return {
    count: whole('--count', count, 1),
    seed: whole('--seed', seed, 0),
    only: killedNamed(only.split(',').map((name) => name.trim())),
  };
};

const parse = (args: readonly string[]): { count: string; seed: string; only: string } => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        count: { type: 'string', default: '200' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string', default: KILLED.join(',') },
      },
    });
    return values;
  } catch (error) {
    throw usageError(
      error instanceof Error ? error.message : String(error),
      'options: --count, --seed, --only',
    );
  }
};

const whole = (option: string, text: string, least: number): number => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw usageError(`${option}=${text} is not a whole number`, `it must be ${least} or more`);
};

/** Kinds in their canonical order, so that the same seed kills the same processes. */
const killedNamed = (names: readonly string[]): (typeof KILLED)[number][] => {
  const unknown = names.find((name) => !KILLED.some((one) => one === name));
  if (unknown === undefined) return KILLED.filter((one) => names.includes(one));
  throw usageError(`--only: unknown name "${unknown}"`, `available: ${KILLED.join(', ')}`);
};
