import { duration, quote, say, strict, suggest, textOf, whole } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Fault } from '../../faults/fault.ts';
import { checkAim } from './check-target.ts';
import { checkTimes } from './check-times.ts';
import { aim } from './target.ts';

/** More than so many are no drill, but a way of life. */
const MOST_TIMES = 100;

/** Faults by name. */
export type Faults = ReadonlyMap<string, Fault>;

const timesOf = (what: string) => whole(1, MOST_TIMES).describe(what);

/** One fault of a drill, with what the fault itself wants to know under `with`. */
const itemOf = (fault: Fault) =>
  strict({
    fault: z.literal(fault.name).describe(fault.description),
    aim: aim()
      .optional()
      .describe(
        'What it is done to. May be left out where there is only one such part, as with Redis.',
      ),
    at: duration().prefault('0s').describe('When it begins, after the crowd is steady.'),
    every: duration(1_000)
      .optional()
      .describe('Again and again, from one beginning to the next; with times.'),
    times: timesOf('How many there are in all; with every.').optional(),
    random: strict({
      times: timesOf('How many there are in all.'),
      within: duration(1_000).describe(
        'They begin within this time after `at`, by chance, and never two at once.',
      ),
    })
      .optional()
      .describe('By chance: the same seed gives the same times.'),
    for: duration(100)
      .optional()
      .describe(
        'How long it lasts until it is healed. What ends a program without it leaves it so until the drill is over.',
      ),
    with: fault.params
      .prefault({})
      .describe('What the fault itself wants to know: see "swarm chaos list".'),
  }).superRefine((item, context) => {
    const complain = (path: PropertyKey[], what: string, hint: string | null): void => {
      context.addIssue({ code: 'custom', path, message: say(what, hint) });
    };
    checkAim(item.aim, fault, complain);
    checkTimes(item, fault, complain);
  });

export type FaultItem = z.output<ReturnType<typeof itemOf>>;

/** Tells what is wrong at a key of a fault. */
export type Complain = (path: PropertyKey[], what: string, hint: string | null) => void;

/** What goes wrong, in any order; each by the name of its fault. */
export const faultList = (faults: Faults) => {
  const [first, ...others] = [...faults.values()].map(itemOf);
  if (first === undefined) throw new RangeError('a drill language needs faults');
  const names = [...faults.keys()];
  return z.array(
    z.discriminatedUnion('fault', [first, ...others], {
      error: ({ input }) => {
        if (typeof input !== 'object' || input === null || Array.isArray(input)) {
          return say('must be a mapping', 'write - { fault: kill, aim: room-node, for: 10s }');
        }
        const given: unknown = 'fault' in input ? input.fault : undefined;
        if (given === undefined) return say('fault is missing', `there are ${names.join(', ')}`);
        return say(`${quote(given)} is no fault`, suggest(textOf(given), names, 'there are'));
      },
    }),
    { error: say('must be a list of faults', 'write - { fault: kill, aim: room-node, for: 10s }') },
  );
};
