/**
 * Role of a scenario: its keys in the file, its settings in records, and the settings of its
 * participants in a plan.
 */
import { hinted, name, type Path, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Checks } from '../language/checks.ts';
import { type FileForm, form } from '../language/write/form.ts';
import { actions } from './actions.ts';
import { answers } from './answers.ts';
import { connect } from './connect.ts';
import { conversation } from './conversation.ts';
import { count } from './count.ts';
import { data } from './data.ts';
import { dataStreams } from './data-streams.ts';
import { dataTracks } from './data-tracks.ts';
import type { Checking, Mapping, Profiles, RoleKeyMethods } from './definition.ts';
import { departure } from './departure.ts';
import { e2ee } from './e2ee.ts';
import { engine } from './engine.ts';
import { grants } from './grants.ts';
import { hostSelector } from './host-selector.ts';
import { ingress } from './ingress.ts';
import { layout } from './layout.ts';
import { network } from './network.ts';
import { path } from './path.ts';
import { permanent } from './permanent.ts';
import { publish, tracksOf } from './publish.ts';
import { rateAdaptation } from './rate-adaptation.ts';
import { rpc } from './rpc.ts';
import { stream } from './stream.ts';
import { subscribe } from './subscribe.ts';
import { turns } from './turns.ts';

/** All keys of a role, in the order of files and of the documentation. */
const ROLE_KEYS = [
  count,
  publish,
  subscribe,
  layout,
  data,
  rpc,
  dataStreams,
  dataTracks,
  grants,
  network,
  rateAdaptation,
  path,
  hostSelector,
  connect,
  e2ee,
  permanent,
  engine,
  ingress,
  stream,
  departure,
  turns,
  conversation,
  answers,
  actions,
] as const;

type Key = (typeof ROLE_KEYS)[number];
type KeyOfGroup = Extract<Key, { ofGroup?: string }>;
type Shape<Of extends Key, Property extends 'file' | 'settings'> = {
  [One in Of as One['name']]: One[Property];
};

const shapeOf = <Property extends 'file' | 'settings'>(property: Property) =>
  Object.fromEntries(ROLE_KEYS.map((key) => [key.name, key[property]])) as Shape<Key, Property>;

/** Role of a scenario file: participants of a room that behave alike, and their number. */
export const role = strict(shapeOf('file')).meta({ id: 'role' });

export type RoleFile = z.output<typeof role>;

export const roles = () =>
  z
    .record(name('the name of a role'), role, {
      error: hinted('must be a mapping of roles', 'write speaker: { count: 2, publish: audio }'),
    })
    .describe('The participants of each room, by role; they join in this order.');

/** Role with all defaults filled in, in the form of records and plans. */
export const roleSpecSchema = z
  .object({
    /** Label of everything measured on its participants: `host`, `viewer`. Unique in its group. */
    name: z.string(),
    ...shapeOf('settings'),
  })
  .meta({ id: 'Role', description: 'Participants of a room that do the same.' });

export type RoleSpec = z.output<typeof roleSpecSchema>;

type Same = Extract<Key, { plan: 'same' }>;
type Mapped = Extract<Key, { plan: object }>;

/** Settings of participants that follow from those of their role alone. */
export type ParticipantSettings = z.output<z.ZodObject<Shape<Same, 'settings'>>> & {
  [One in Mapped as One['name']]: ReturnType<One['plan']['from']>;
};

type Bounded = Extract<Same, { isBounded?: true }>;

/** Schemas of the settings whose size is limited, for the keys that plans have. */
export const boundedSettings = Object.fromEntries(
  ROLE_KEYS.filter(({ isBounded, plan }) => isBounded === true && plan === 'same').map((key) => [
    key.name,
    key.settings,
  ]),
) as Shape<Bounded, 'settings'>;

type GroupKeys = z.output<z.ZodObject<Shape<KeyOfGroup, 'file'>>>;

/** Any key of the list. */
interface RoleKey extends RoleKeyMethods<unknown, unknown, unknown, RoleFile, GroupKeys, RoleSpec> {
  name: Key['name'];
  file: z.ZodType;
  plan: 'same' | 'none' | Mapping<unknown, unknown>;
  ofGroup?: string | null;
  nativeOnly?: true;
}

const KEYS: readonly RoleKey[] = ROLE_KEYS;

/** Keys that a group has for those of its roles that have none of their own. */
export const groupKeys = Object.fromEntries(
  KEYS.flatMap(({ name, file, ofGroup }) =>
    ofGroup === undefined || ofGroup === null ? [] : [[name, file.describe(ofGroup)]],
  ),
) as Shape<KeyOfGroup, 'file'>;

const givenOf = ({ name, ofGroup }: RoleKey, role: RoleFile, group: GroupKeys): unknown => {
  if (role[name] !== undefined || ofGroup === undefined) return role[name];
  return Object.entries(group).find(([key]) => key === name)?.[1];
};

/** Role of a file, with all defaults filled in. */
export const readRole = (
  name: string,
  role: RoleFile,
  { profiles = {}, group = {} }: { profiles?: Profiles; group?: GroupKeys } = {},
): RoleSpec => {
  const settings = KEYS.map((key) => [
    key.name,
    key.read(givenOf(key, role, group), { role, profiles }),
  ]);
  return {
    name,
    ...Object.fromEntries(settings.filter(([, value]) => value !== undefined)),
  } as RoleSpec;
};

/** Form of the role in its file: keys in reading order, defaults left out. */
export const writeRole = (role: RoleSpec, receives: boolean): FileForm =>
  form(
    ...KEYS.map(({ name, write }): [string, unknown] => [
      name,
      role[name] === undefined ? undefined : write(role[name], { role, receives }),
    ]),
  );

/** Report settings of a role that contradict each other or its group. */
export const checkRole = (
  at: Path,
  role: RoleFile,
  {
    profiles,
    group,
    executor,
  }: Pick<Checking<RoleFile, GroupKeys>, 'profiles' | 'group' | 'executor'>,
  { complain, warn }: Checks,
): void => {
  const tracks = tracksOf(role.publish, profiles);
  const context = { at, role, profiles, tracks, group, executor, complain, warn };
  for (const { name, nativeOnly, check } of KEYS) {
    check?.(role[name], context);
    const isGiven = role[name] !== undefined && role[name] !== null;
    if (nativeOnly && isGiven && role.engine !== undefined && role.engine !== 'native')
      complain(
        [...at, name],
        `is not possible with engine: ${role.engine}`,
        'leave it out, or use engine: native',
        'key',
      );
  }
};

/** Settings of each participant of the role. */
export const participantSettings = (role: RoleSpec): ParticipantSettings =>
  Object.fromEntries(
    KEYS.flatMap(({ name, plan }) => {
      const settings = role[name];
      if (plan === 'none' || settings === undefined) return [];
      return [[name, plan === 'same' ? settings : plan.from(settings)]];
    }),
  ) as ParticipantSettings;

const {
  name: _name,
  count: _count,
  publish: _publish,
  ...defaults
} = readRole('default', role.parse({}));

/** Settings of a role that states nothing else. */
export const DEFAULT_ROLE: Omit<RoleSpec, 'name' | 'count' | 'publish'> = defaults;
