import { randomStream } from '@livekit-swarm/scenario';
import { hasErrorCode } from '@livekit-swarm/settings';
import { parseDrill } from '../drill/parse-drill.ts';
import type { Faults } from '../drill/schema/fault.ts';
import type { FaultChoice } from './fault-choices.ts';
import {
  type RandomDrill,
  type RandomFault,
  type RandomSettings,
  randomDrillText,
} from './random-drill.ts';

/** Source of random numbers, from 0 to just below 1. */
type Random = ReturnType<typeof randomStream>;

/** Shortest and longest duration of a fault, s: timeouts of LiveKit and its clients are between. */
const SHORTEST_S = 1;
const LONGEST_S = 30;

/** Attempts to find a time and a target for one fault. */
const MAX_ATTEMPTS = 20;

/**
 * Draws the drill of a number: the same settings, choices and number give the same drill, whatever
 * was drawn before. Faults that would exclude each other, or exceed the blast radius, are drawn
 * again; the drill has as many as find a place, at least one.
 *
 * The numbers are those of `randomStream`, and not of a library for property-based tests: such a
 * library may draw other values in its next version, and a seed in a report must not lose its
 * meaning.
 */
export const drawDrill = (
  number: number,
  settings: RandomSettings,
  choices: readonly FaultChoice[],
  faults: Faults,
): RandomDrill => {
  const random = randomStream(settings.seed, 'random-drill', number);
  const mean = (settings.spanS * settings.intensity) / 60;
  const count = 1 + Math.floor(random() * Math.max(1, 2 * mean - 1));
  const name = `random-${settings.seed}-${number}`;
  const drill = (some: readonly RandomFault[]): RandomDrill => ({
    name,
    description: `Drill ${number} that "swarm chaos random" drew from seed ${settings.seed}.`,
    seed: settings.seed,
    faults: some,
    settings,
    rooms: settings.load.rooms,
  });
  let drawn: RandomFault[] = [];
  for (let attempt = 0; drawn.length < count && attempt < count * MAX_ATTEMPTS; attempt++) {
    const next = drawFault(random, settings, choices);
    const more = [...drawn, next].sort((a, b) => a.atS - b.atS);
    if (isPossible(drill(more), faults)) drawn = more;
  }
  return drill(startAtOnce(drawn));
};

const drawFault = (
  random: Random,
  { spanS }: RandomSettings,
  choices: readonly FaultChoice[],
): RandomFault => {
  const { fault, targets, params, needsDuration } = pick(random, choices);
  const target = pick(random, targets);
  const chosen = pick(random, params);
  const atS = Math.floor(random() * (spanS + 1));
  // Short durations are as likely as long ones on a logarithmic scale.
  const forS = Math.round(SHORTEST_S * (LONGEST_S / SHORTEST_S) ** random());
  return { fault, target, atS, forS: needsDuration ? forS : null, params: { ...chosen } };
};

const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to choose from');
  return item;
};

/** The same faults, the first of them at the begin. */
export const startAtOnce = (faults: readonly RandomFault[]): RandomFault[] => {
  const first = Math.min(...faults.map(({ atS }) => atS));
  return faults.map((fault) => ({ ...fault, atS: fault.atS - first }));
};

/**
 * Returns true if the faults of a drill can be injected together. The load does not matter: rooms
 * stand for a scenario, which is read elsewhere.
 */
export const isPossible = (drill: RandomDrill, faults: Faults): boolean => {
  const { load } = drill.settings;
  const settings = { ...drill.settings, load: { ...load, scenario: null } };
  try {
    parseDrill(randomDrillText({ ...drill, settings }), { file: drill.name, faults });
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'invalid_file')) return false;
    throw error;
  }
};
