import { resolve } from 'node:path';
import { type NightLine, shuffleDrills } from '@livekit-swarm/chaos/night';
import { usageError } from '@livekit-swarm/settings';
import type { DeploymentChoice } from '../chaos/deployment-choice.ts';
import { testedServerOf } from '../chaos/tested-server.ts';
import type { NightDrill } from './night-drills.ts';
import { drawSeed } from './night-settings.ts';
import {
  DEFAULT_HISTORY,
  findUnfinishedNight,
  type NightState,
  nightFolder,
} from './night-state.ts';
import { nameOfDeployment } from './plan-night.ts';

/** Order of a night and its place on disk. */
export interface Night {
  folder: string;
  state: NightState;
  drills: NightDrill[];
}

/** Flags that choose a night. */
export interface NightChoice {
  /** Value of --record. */
  given: string | undefined;
  seed: number | null;
  /** Value of --history. */
  history: string | undefined;
  deployment: DeploymentChoice;
}

/** Begins a night: draws a seed unless one was given, and shuffles the drills. */
export const beginNight = (
  all: readonly NightDrill[],
  { given, seed, history = DEFAULT_HISTORY, deployment }: NightChoice,
): Night => {
  const at = new Date();
  const chosen = seed ?? drawSeed();
  const drills = shuffleDrills(all, chosen);
  return {
    folder: given ?? nightFolder(at),
    drills,
    state: {
      night: at.toISOString(),
      seed: chosen,
      deployment: nameOfDeployment(deployment),
      server: testedServerOf(deployment),
      history: resolve(history),
      drills: drills.map(({ name, file, sha256 }) => ({ name, file, sha256 })),
      isComplete: false,
    },
  };
};

/**
 * Continues the last night that is not complete.
 * @throws SwarmError `usage` when it is another night than the command line describes
 */
export const resumeNight = (all: readonly NightDrill[], choice: NightChoice): Night => {
  const { folder, state } = findUnfinishedNight(choice.given);
  const refuse = (why: string) =>
    usageError(`--resume: ${why}`, 'give the same drills and flags, or begin a new night');
  if (choice.seed !== null && choice.seed !== state.seed)
    throw refuse(`the night in ${folder} has --seed ${state.seed}, not ${choice.seed}`);
  const deployment = nameOfDeployment(choice.deployment);
  if (deployment !== state.deployment)
    throw refuse(`the night in ${folder} is on ${state.deployment}, not ${deployment}`);
  const server = testedServerOf(choice.deployment);
  if (server?.sha256 !== state.server?.sha256)
    throw refuse(
      server?.text === state.server?.text
        ? `the configuration of ${server?.text} was changed since the night in ${folder} began`
        : `the night in ${folder} has ${state.server?.text}, not ${server?.text}`,
    );
  // Its drills that are done are known from there.
  if (choice.history !== undefined && resolve(choice.history) !== state.history)
    throw refuse(`the night in ${folder} has --history ${state.history}, not ${choice.history}`);
  const byName = new Map(all.map((one) => [one.name, one]));
  const drills = state.drills.map(({ name, sha256 }) => {
    const one = byName.get(name);
    if (one === undefined) throw refuse(`the night in ${folder} has ${name}, too`);
    if (one.sha256 !== sha256) throw refuse(`${one.file} was changed since the night began`);
    return one;
  });
  const [other] = all.filter(({ name }) => !state.drills.some((one) => one.name === name));
  if (other !== undefined) throw refuse(`${other.name} is not in the night in ${folder}`);
  return { folder, state, drills };
};

/** Drills of a night that is continued which need not be executed again. */
export const doneBefore = ({ night }: NightState, history: readonly NightLine[]): NightLine[] => {
  const last = new Map(
    history.filter((line) => line.night === night).map((line) => [line.drill, line]),
  );
  // A drill whose rollback failed is repeated: leftovers are rolled back before the night continues.
  return [...last.values()].filter(
    ({ outcome, reasons }) => outcome !== 'interrupted' && !reasons.includes('rollback_failed'),
  );
};
