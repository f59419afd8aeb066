import { stringify } from 'yaml';
import { z } from 'zod';

const seconds = z.number().positive();

/** A fault of a random drill; times in whole seconds. */
const randomFault = z.object({
  fault: z.string(),
  target: z.union([z.string(), z.object({ component: z.string() })]),
  atS: z.number().min(0),
  /** Null: as long as the fault takes. */
  forS: seconds.nullable(),
  params: z.record(z.string(), z.unknown()),
});

export type RandomFault = z.infer<typeof randomFault>;

/** Load of random drills: rooms of equal form, or a scenario file. */
const randomLoad = z.object({
  rooms: z.number(),
  participants: z.number(),
  reconnectPolicy: z.enum(['none', 'sdk', 'app']),
  scenario: z
    .object({ file: z.string(), scale: z.string().nullable(), steadyAtMs: z.number().nullable() })
    .nullable(),
});

/** Settings from which random drills are drawn. */
export const randomSettingsSchema = z.object({
  seed: z.int().min(0),
  /** Time of a drill in which faults begin, s. */
  spanS: seconds,
  /** Mean number of faults per minute of that time. */
  intensity: z.number().positive(),
  /** Largest number of components that are affected at the same time. */
  atOnce: z.int().min(1),
  /** Quiet time after the last rollback, s. */
  recoveryS: seconds,
  nodes: z.int().min(1),
  load: randomLoad,
  /** True: the drills end early when the calls of a deployment with users are interrupted. */
  hasAbort: z.boolean(),
});

export type RandomSettings = z.infer<typeof randomSettingsSchema>;

/** Drill that was drawn, or one that is smaller. */
export interface RandomDrill {
  name: string;
  description: string;
  seed: number;
  faults: readonly RandomFault[];
  settings: RandomSettings;
  /** Rooms of the load; unused with a scenario. */
  rooms: number;
}

/**
 * Text of a drill file, as `swarm chaos run` reads it.
 * @param pathOf path of the scenario file, from the folder of the drill file
 */
export const randomDrillText = (
  { name, description, seed, faults, settings, rooms }: RandomDrill,
  pathOf: (file: string) => string = (file) => file,
): string => {
  const { load, nodes, atOnce, recoveryS, hasAbort } = settings;
  const { scenario, participants, reconnectPolicy } = load;
  return stringify(
    {
      drill: name,
      description,
      seed,
      lab: { nodes },
      ...(scenario === null
        ? { load: { rooms, participants, reconnectPolicy } }
        : {
            scenario: {
              file: pathOf(scenario.file),
              ...(scenario.scale !== null && { scale: scenario.scale }),
            },
            load: { reconnectPolicy },
          }),
      steadyState: {
        ...(scenario?.steadyAtMs != null && { at: `${scenario.steadyAtMs}ms` }),
        within: '10s',
        for: '3s',
      },
      faults: faults.map(({ fault, target, atS, forS, params }) => ({
        fault,
        target,
        at: `${atS}s`,
        ...(forS !== null && { for: `${forS}s` }),
        ...(Object.keys(params).length > 0 && { with: params }),
      })),
      // The nodes of the rooms are not known before the drill, and invariants hold without packets, too.
      requireTraffic: false,
      recovery: `${recoveryS}s`,
      blastRadius: { components: atOnce, share: `${shareOf(settings)}%` },
      ...(hasAbort && {
        abort: { controlGroupInterrupted: '50%', interrupted: '90%', for: '30s' },
      }),
      objectives: {
        invariantViolations: 0,
        subscriptionsNotRecovered: 'any',
        roomsWithoutMedia: 'any',
        splitBrain: 'any',
        controlGroup: 'any',
      },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
};

/** Share of the nodes that may be affected at the same time, percent: one node stays, if there are several. */
const shareOf = ({ atOnce, nodes }: Pick<RandomSettings, 'atOnce' | 'nodes'>): number =>
  Math.ceil((100 * Math.max(1, Math.min(atOnce, nodes - 1))) / nodes);
