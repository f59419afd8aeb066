/**
 * Scenario with all defaults filled in: the result of reading scenario files or flags, and part of
 * a record's header. Durations in milliseconds; plain JSON.
 */
import { formatThreshold, parseThreshold, type Threshold } from '@livekit-swarm/metrics';
import { usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { executorSchema } from './executors/registry.ts';
import type { Connect } from './role-keys/connect.ts';
import { clientEngine } from './role-keys/engine.ts';
import { roleSpecSchema } from './role-keys/registry.ts';

const ms = () => z.number().min(0);

const group = z
  .object({
    name: z.string(),
    /** Name of the only room, instead of generated names; the executor then opens one room. */
    room: z.string().nullable(),
    roomPrefix: z.string(),
    /** Start of the executor after the start of the run, ms. */
    startMs: ms(),
    /** Time after a room opened within which its participants join, ms. */
    joinSpreadMs: ms(),
    executor: executorSchema,
    /** Roles in the order in which they join. */
    roles: z.array(roleSpecSchema),
  })
  .meta({ id: 'Group', description: 'Rooms that are alike.' });

const witness = z
  .object({ engine: clientEngine, count: z.number().min(1) })
  .meta({ id: 'Witness', description: 'Real clients that watch rooms of the load.' });

/** Part of the run, ms after its start; `toMs` null means until the end. */
const namedWindow = z.object({ name: z.string(), fromMs: ms(), toMs: ms().nullable() });

/**
 * Scenario as it ran, in headers of records and in results. It is not the language of scenario
 * files, which has defaults. It was checked before it ran; unknown keys of later versions are
 * accepted.
 */
export const scenarioSchema = z
  .object({
    /** Short name of the run in reports and metrics: `voice-ai`. */
    name: z.string(),
    description: z.string().nullable(),
    /** Tags of the user: `{ team: voice }`. */
    tags: z.record(z.string(), z.string()),
    /** Seed of random values: the same seed gives the same plan. */
    seed: z.number(),
    /** Groups in the order of the file; at least one. */
    groups: z.array(group),
    /** Parts of the run that thresholds and reports refer to by name. */
    windows: z.array(namedWindow),
    /** Texts that `parseThreshold` reads. The default thresholds are added to these. */
    thresholds: z.array(z.string()),
    /** Real clients that are added to rooms of the load to observe it. Absent: none. */
    witnesses: z.array(witness).exactOptional(),
  })
  .meta({
    id: 'Scenario',
    description: 'The scenario, everything filled in; times in milliseconds.',
  });

/** Scenario in the form of records and results: thresholds are text. */
export type RecordedScenario = z.infer<typeof scenarioSchema>;

export interface Scenario extends Omit<RecordedScenario, 'thresholds'> {
  thresholds: Threshold[];
}

export const recordedScenario = (scenario: Scenario): RecordedScenario => ({
  ...scenario,
  thresholds: scenario.thresholds.map(formatThreshold),
});

/** @throws SwarmError `invalid_threshold` */
export const scenarioOfRecord = (recorded: RecordedScenario): Scenario => ({
  ...recorded,
  thresholds: recorded.thresholds.map(parseThreshold),
});

/** Group of similar rooms, and when they are open. */
export type GroupSpec = z.infer<typeof group>;
export type WitnessSpec = z.infer<typeof witness>;
export type NamedWindow = z.infer<typeof namedWindow>;

/**
 * Scenario with an endpoint for the roles that have none of their own, but for encoders and streams.
 * @throws SwarmError `usage` if the token of a role names an agent: the endpoint makes the token
 */
export const withConnect = (scenario: Scenario, connect: Connect): Scenario => ({
  ...scenario,
  groups: scenario.groups.map((group) => ({
    ...group,
    roles: group.roles.map((role) => {
      const { agent } = role.conversation ?? {};
      if (agent?.by === 'token' && role.connect === undefined)
        throw usageError(
          `the token of role ${role.name} cannot name the agent ${agent.name}: the token endpoint makes it`,
          `write conversation: { agent: { name: ${agent.name}, by: api } }, or leave agent out where the endpoint's token names it`,
        );
      // The API is asked about encoders, with a token that the API key makes; streams ask no API.
      return role.ingress === undefined && role.stream === undefined
        ? { ...role, connect: role.connect ?? connect }
        : role;
    }),
  })),
});

/** All endpoints of a scenario. */
export const endpointsOf = ({ groups }: Pick<Scenario, 'groups'>): Connect[] =>
  groups.flatMap(({ roles }) =>
    roles.flatMap(({ connect }) => (connect === undefined ? [] : [connect])),
  );
