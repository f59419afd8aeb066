import type { Path } from '@livekit-swarm/settings';
import { LIMITS } from '../load-spec.ts';
import type { TrackPlan } from '../plan.ts';
import { sourceOf, tracksOf } from './normalise.ts';
import { ONE_OF_EACH, type Profiles, repeatedSource } from './read-profiles.ts';
import type { GroupFile } from './schema/file.ts';
import { noSuchProfile, type RoleFile } from './schema/role.ts';

/** Told of a problem at a path; `key` when the key is what is wrong. */
export type Complain = (
  path: Path,
  message: string,
  hint?: string | null,
  where?: 'key' | 'value',
) => void;

export interface Checks {
  complain: Complain;
  /** Told of what may be meant, and should be looked at. */
  warn: Complain;
}

/** Finds what contradicts itself within one group. Who hears whom needs all groups: see check-rooms.ts. */
export const checkGroup = (
  name: string,
  group: GroupFile,
  profiles: Profiles,
  { complain, warn }: Checks,
): void => {
  const at = ['groups', name];
  checkRoles([...at, 'roles'], group, complain);
  checkRoomNames(at, group, complain);
  checkStages(at, group, complain);
  for (const [roleName, role] of Object.entries(group.roles))
    checkRole([...at, 'roles', roleName], role, group, profiles, { complain, warn });
};

const checkRoles = (at: Path, group: GroupFile, complain: Complain): void => {
  const roles = Object.values(group.roles);
  const people = roles.reduce((sum, { count }) => sum + count, 0);
  if (roles.length === 0)
    complain(
      at,
      'there are none: nobody would join',
      'write speaker: { count: 2, publish: audio }',
      'key',
    );
  else if (people === 0)
    complain(at, 'nobody fills them: every count is 0', 'give at least one role a count', 'key');
  else if (people > LIMITS.perRoom)
    complain(at, `make ${people} people in a room; at most ${LIMITS.perRoom}`, null, 'key');
  if (
    group.executor === 'per-room-churn' &&
    people > 0 &&
    roles.every(({ count, stays }) => stays || count === 0)
  ) {
    complain(
      at,
      'everybody stays: nobody comes or goes',
      'take stays away from a role, or use constant-rooms',
      'key',
    );
  }
};

const checkRoomNames = (at: Path, group: GroupFile, complain: Complain): void => {
  const { room, roomPrefix, executor } = group;
  if (executor === 'constant-rooms' || executor === 'per-room-churn') {
    if (room === undefined && group.rooms === undefined)
      complain([...at, 'rooms'], 'rooms is missing', 'write how many, or name one with room');
    if (room !== undefined && (group.rooms ?? 1) > 1) {
      complain(
        [...at, 'rooms'],
        `are ${group.rooms}, but room names one`,
        'leave one out; roomPrefix names many',
      );
    }
  }
  if (room !== undefined && roomPrefix !== undefined) {
    complain([...at, 'roomPrefix'], 'has no effect beside room', 'leave one out', 'key');
  }
};

const checkStages = (at: Path, group: GroupFile, complain: Complain): void => {
  if (
    group.executor === 'ramping-rooms' &&
    group.startRooms === 0 &&
    group.stages.every(({ target }) => target === 0)
  ) {
    complain([...at, 'stages'], 'no room ever opens: every target is 0', 'give a stage a target');
  }
  if (
    group.executor === 'ramping-arrival-rate' &&
    group.startRate === 0 &&
    group.stages.every(({ target }) => target === 0)
  ) {
    complain([...at, 'stages'], 'no room ever opens: every rate is 0', 'give a stage a target');
  }
  if (group.executor === 'ramping-rooms' || group.executor === 'ramping-arrival-rate') {
    const total = group.stages.reduce((sum, { duration }) => sum + duration, 0);
    if (total < LIMITS.minDurationMs)
      complain(
        [...at, 'stages'],
        `last ${total}ms in all`,
        `make them at least ${LIMITS.minDurationMs / 1_000}s`,
      );
    if (total > LIMITS.maxDurationMs)
      complain([...at, 'stages'], `last longer than ${LIMITS.maxDurationMs / 86_400_000} days`);
  }
  if (group.executor === 'timetable') {
    for (const [index, { fill, duration, repeat }] of group.lessons.entries()) {
      const lesson = [...at, 'lessons', index];
      if (fill >= duration)
        complain(
          [...lesson, 'fill'],
          'is as long as the lesson: the last would come when all leave',
          'make it shorter',
        );
      const last = repeat === undefined ? 0 : repeat.every * (repeat.times - 1);
      if (last > LIMITS.maxDurationMs)
        complain(
          [...lesson, 'repeat'],
          `the last begins after more than ${LIMITS.maxDurationMs / 86_400_000} days`,
        );
    }
  }
};

const checkRole = (
  at: Path,
  role: RoleFile,
  group: GroupFile,
  profiles: Profiles,
  checks: Checks,
): void => {
  const { complain } = checks;
  const tracks = tracksOf(role.publish, profiles, (given, index) => {
    const { message, hint } = noSuchProfile(given, Object.keys(profiles));
    complain([...at, 'publish', ...(index === null ? [] : [index])], message, hint);
  });
  const twice = repeatedSource(tracks);
  if (twice !== null) complain([...at, 'publish'], `has ${twice} twice`, ONE_OF_EACH);
  if (role.subscribe === false && role.layout !== undefined && role.layout.type !== 'none') {
    complain([...at, 'layout'], 'has no effect: subscribe is false', 'leave one out', 'key');
  }
  if (role.stays && group.executor !== 'per-room-churn') {
    complain(
      [...at, 'stays'],
      `has no effect: with ${group.executor} everybody stays`,
      'leave it out, or use per-room-churn',
      'key',
    );
  }
  checkGrants(at, role, tracks, checks);
};

const SOURCE_NAMES = { audio: 'microphone', camera: 'camera', screen: 'screen_share' } as const;

/** Stating less than a role needs is how a denial is tested; by mistake it is how a scenario measures nothing. */
const checkGrants = (
  at: Path,
  role: RoleFile,
  tracks: readonly TrackPlan[],
  { warn }: Checks,
): void => {
  const grants = role.grants ?? {};
  const denied = (key: keyof typeof grants, what: string): void =>
    warn(
      [...at, 'grants', key],
      `the server will not let them ${what}`,
      'right if that is what you test',
      'key',
    );
  if (grants.canPublish === false && tracks.length > 0)
    denied('canPublish', 'publish, but publish gives them tracks');
  else if (grants.canPublishSources !== undefined) {
    const missing = tracks
      .map((track) => SOURCE_NAMES[sourceOf(track)])
      .filter((source) => !grants.canPublishSources?.includes(source));
    if (missing.length > 0) denied('canPublishSources', `publish their ${missing.join(', ')}`);
  }
  if (grants.canPublishData === false && role.data !== undefined)
    denied('canPublishData', 'send data, but data gives them messages');
  if (grants.canSubscribe === false && (role.subscribe ?? role.layout?.type !== 'none')) {
    denied('canSubscribe', 'receive anything, but they subscribe');
  }
  if (grants.hidden === true && tracks.length > 0)
    denied('hidden', 'be seen or heard: they are hidden, but publish');
};
