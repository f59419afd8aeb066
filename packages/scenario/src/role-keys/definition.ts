/** Definition of a role's key: each has one file in this folder, and the registry lists them. */
import type { Path } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Complain } from '../language/checks.ts';
import type { TrackPlan } from '../track-plan.ts';

/** Named media of a scenario file, by name. */
export type Profiles = Readonly<Record<string, readonly TrackPlan[]>>;

export interface Reading<File> {
  /** All keys of the role, in the form of the file. */
  role: File;
  profiles: Profiles;
}

export interface Writing<Spec> {
  role: Spec;
  /** True if some participant sends what participants of the role could receive. */
  receives: boolean;
}

export interface Checking<File, Group> extends Reading<File> {
  /** Path of the role in the file. */
  at: Path;
  /** Tracks that the role publishes when it joins. */
  tracks: readonly TrackPlan[];
  /** Keys that roles may leave to their group. */
  group: Group;
  executor: { type: string; replacesParticipants: boolean };
  complain: Complain;
  warn: Complain;
}

/** Function from the settings of a role to the value of a plan's participant. */
export interface Mapping<Settings, Value> {
  from(settings: Settings): Value;
}

/** Value of a key in a role of a record; undefined if it may be absent and is. */
export type SettingsOf<Settings extends z.ZodType> =
  | z.output<Settings>
  | (Settings extends z.ZodExactOptional ? undefined : never);

/**
 * Methods of a key. They are pure. `Given`: the value in a scenario file. `Settings`: the same with
 * all defaults filled in, for records and plans. A method states in the types of its last argument
 * which other keys it needs.
 */
export interface RoleKeyMethods<Given, Settings, Filled, File, Group, Spec> {
  /**
   * Settings of a role. `given` is the group's value if the role has none and groups have the key,
   * too.
   */
  read(given: Given, context: Reading<File>): Settings;
  /** Value that reads back to the same settings; undefined if the key is left out. */
  write(settings: Filled, context: Writing<Spec>): unknown;
  /** Report settings that contradict others. */
  check?(given: Given, context: Checking<File, Group>): void;
}

/**
 * Define a key of a role.
 * @param definition `file`: schema of the key in a scenario file, with its description; `settings`:
 * schema of the value under the same name in records; `plan`: value under this name in each
 * participant of a plan
 */
export const defineRoleKey = <
  const Name extends string,
  FileSchema extends z.ZodType,
  Settings extends z.ZodType,
  const Plan extends 'same' | 'none' | Mapping<z.output<Settings>, unknown>,
  File = unknown,
  Group = unknown,
  Spec = unknown,
  const OfGroup extends string | null = null,
  const Bounded extends boolean = false,
>(
  definition: {
    name: Name;
    file: FileSchema;
    settings: Settings;
    /**
     * Value in a plan. `same`: the settings; `none`: nothing, because the expansion of the scenario
     * consumes it.
     */
    plan: Plan;
    /** Description of the key in a group, if groups have it, too. */
    ofGroup?: OfGroup;
    /** True if real clients do not support the key. */
    nativeOnly?: true;
    /**
     * True if the schema of the settings limits their size, as booleans and names do: messages to
     * other hosts are checked with it. Absent: they have a schema of their own.
     */
    isBounded?: Bounded;
  } & RoleKeyMethods<
    z.output<FileSchema>,
    SettingsOf<Settings>,
    z.output<Settings>,
    File,
    Group,
    Spec
  >,
) => definition;
