import {
  customIssue,
  duration,
  formatDuration,
  hinted,
  type Path,
  quote,
  strict,
  suggest,
  textOf,
  whole,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Fault } from '../../faults/fault.ts';
import { durationOfItem } from '../schedule.ts';
import { type Complain, checkTarget, faultTarget } from './target.ts';

/** Largest number of injections of a fault; more are a mistake. */
const MAX_TIMES = 100;

/** Known faults by name. */
export type Faults = ReadonlyMap<string, Fault>;

const timesOf = (what: string) => whole(1, MAX_TIMES).describe(what);

/** Schema of one fault of a drill, with its own parameters under `with`. */
const itemOf = (fault: Fault) =>
  strict({
    fault: z.literal(fault.name).describe(fault.description),
    target: faultTarget()
      .optional()
      .describe(
        'Component that the fault is injected into. May be left out if there is only one of its kind, as with Redis.',
      ),
    at: duration()
      .prefault('0s')
      .describe('Time of the injection, after the steady state was reached.'),
    every: duration(1_000)
      .optional()
      .describe('Repeated: from one injection to the next; with times.'),
    times: timesOf('Number of injections; with every.').optional(),
    random: strict({
      times: timesOf('Number of injections.'),
      within: duration(1_000).describe(
        'They are injected within this time after `at`, at random, and never two at once.',
      ),
    })
      .optional()
      .meta({
        description: 'At random times: the same seed gives the same times.',
        shared: 'random',
      }),
    for: duration(100)
      .optional()
      .describe(
        'Time until the rollback. Without it, a terminated process stays down until the end of the drill.',
      ),
    with: fault.params.prefault({}).describe('Parameters of the fault: see "swarm chaos list".'),
  }).superRefine((item, context) => {
    const complain = (path: Path, what: string, hint: string | null): void => {
      context.addIssue(customIssue(path, what, hint));
    };
    if (context.issues.every(({ path }) => path?.[0] !== 'target'))
      checkTarget(item.target, fault, complain);
    checkTimes(item, fault, complain);
  });

export type FaultItem = z.output<ReturnType<typeof itemOf>>;

/** Schema of the faults of a drill, in any order; each is parsed by the schema of its fault. */
export const faultList = (faults: Faults) => {
  const [first, ...others] = [...faults.values()].map(itemOf);
  if (first === undefined) throw new RangeError('the drill language needs faults');
  const names = [...faults.keys()];
  return z.array(
    z.discriminatedUnion('fault', [first, ...others], {
      error: (issue) => {
        const { input } = issue;
        const error = (message: string, hint: string): string => hinted(message, hint)(issue);
        if (typeof input !== 'object' || input === null || Array.isArray(input)) {
          return error('must be a mapping', 'write - { fault: kill, target: room-node, for: 10s }');
        }
        const given: unknown = 'fault' in input ? input.fault : undefined;
        if (given === undefined) return error('fault is missing', `available: ${names.join(', ')}`);
        return error(`unknown fault ${quote(given)}`, suggest(textOf(given), names, 'available:'));
      },
    }),
    {
      error: hinted(
        'must be a list of faults',
        'write - { fault: kill, target: room-node, for: 10s }',
      ),
    },
  );
};

type Times = Pick<FaultItem, 'every' | 'times' | 'random' | 'for' | 'with'>;

/** Reports times of injections or a duration that are missing, contradictory or too long. */
const checkTimes = (
  item: Times,
  fault: Pick<Fault, 'name' | 'lasts' | 'durationOf'>,
  complain: Complain,
): void => {
  const { every, times, random } = item;
  const { name, lasts } = fault;
  const lastsMs = durationOfItem(item, fault);
  const ownMs = fault.durationOf?.(item.with) ?? 0;
  if (item.for !== undefined && item.for < ownMs) {
    complain(
      ['for'],
      `is shorter than the duration of ${name}: ${formatDuration(ownMs)}`,
      'leave it out, or make it longer',
    );
  }
  if (lasts && lastsMs === null)
    complain(['for'], `for is missing: ${name} lasts until its rollback`, 'write for: 10s');
  if (every !== undefined && times === undefined)
    complain(['times'], 'times is missing: every alone never ends', 'write times: 3');
  if (times !== undefined && every === undefined) {
    if (random === undefined)
      complain(['times'], 'has no effect without every', 'add every: 30s, or leave it out');
    else complain(['times'], 'belongs to random', 'write random: { times: 3, within: 2m }');
  }
  if (random !== undefined && every !== undefined)
    complain(['every'], 'excludes random', 'leave one out');
  if (every !== undefined && (times ?? 1) > 1 && lastsMs !== null && lastsMs >= every) {
    complain(
      ['every'],
      `it would be injected again before its rollback, ${formatDuration(lastsMs)} after the injection`,
      'make every longer, or for shorter',
    );
  }
  const needMs = (random?.times ?? 0) * (lastsMs ?? 0);
  if (random !== undefined && needMs > random.within) {
    complain(
      ['random', 'within'],
      `is too short: ${random.times} times ${formatDuration(lastsMs ?? 0)} do not fit`,
      `write ${formatDuration(2 * needMs).replace(' ', '')}`,
    );
  }
};
