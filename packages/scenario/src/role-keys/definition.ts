/** The definition of a key of a role: one file of this folder has each of them, and the registry lists them. */
import type { Path } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Complain } from '../language/checks.ts';
import type { TrackPlan } from '../track-plan.ts';

/** Named media of a scenario file, by name. */
export type Profiles = Readonly<Record<string, readonly TrackPlan[]>>;

export interface Reading<File> {
  /** All keys of the role, as the file has them. */
  role: File;
  profiles: Profiles;
}

export interface Writing<Spec> {
  role: Spec;
  /** True where a participant sends what participants of the role could receive. */
  receives: boolean;
}

export interface Checking<File, Group> extends Reading<File> {
  /** The path of the role. */
  at: Path;
  /** Every track that the role publishes when it joins. */
  tracks: readonly TrackPlan[];
  /** Keys that roles may leave to their group. */
  group: Group;
  executor: { type: string; replacesParticipants: boolean };
  complain: Complain;
  warn: Complain;
}

/** The value that a participant of a plan has for the settings of its role. */
export interface Mapping<Settings, Value> {
  from(settings: Settings): Value;
}

/** The value of a key in a role of a record; undefined where it may be absent and is. */
export type SettingsOf<Settings extends z.ZodType> =
  | z.output<Settings>
  | (Settings extends z.ZodExactOptional ? undefined : never);

/**
 * Methods are pure. `Given`: the value in a scenario file. `Settings`: the same with everything filled in, as records hold it and plans use it.
 * A method states in the types of its last argument which other keys it needs.
 */
export interface RoleKeyMethods<Given, Settings, Filled, File, Group, Spec> {
  /** `given` is that of the group where the role has none and the key is one of groups, too. */
  read(given: Given, context: Reading<File>): Settings;
  /** The value that reads back to the same settings; undefined where the key is left out. */
  write(settings: Filled, context: Writing<Spec>): unknown;
  /** Report settings that contradict others. */
  check?(given: Given, context: Checking<File, Group>): void;
}

/**
 * Define a key of a role.
 * @param definition `file`: the schema of the key in a scenario file, with its description; `settings`: the schema of what records hold under the same name;
 * `plan`: what each participant of a plan has under this name
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
>(
  definition: {
    name: Name;
    file: FileSchema;
    settings: Settings;
    /** `same`: the settings; `none`: nothing, as the expansion of the scenario uses it up. */
    plan: Plan;
    /** Description of the key in a group, for one that groups have, too. */
    ofGroup?: OfGroup;
    /** True where real clients cannot do it. */
    nativeOnly?: true;
  } & RoleKeyMethods<
    z.output<FileSchema>,
    SettingsOf<Settings>,
    z.output<Settings>,
    File,
    Group,
    Spec
  >,
) => definition;
