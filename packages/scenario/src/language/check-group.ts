import type { Path } from '@livekit-swarm/settings';
import { executorOf, type GroupFile } from '../executors/registry.ts';
import { LIMITS } from '../limits.ts';
import type { TrackPlan } from '../role-spec.ts';
import type { Checks, Complain } from './checks.ts';
import { sourceOf, tracksOf } from './normalise.ts';
import { ONE_OF_EACH, type Profiles, repeatedSource } from './read-profiles.ts';
import { noSuchProfile, type RoleFile } from './schema/role.ts';

/** Finds contradictions within one group. Subscribers need all groups: see check-subscribers.ts. */
export const checkGroup = (
  name: string,
  group: GroupFile,
  profiles: Profiles,
  { complain, warn }: Checks,
): void => {
  const at = ['groups', name];
  checkRoles([...at, 'roles'], group, complain);
  checkRoomNames(at, group, complain);
  executorOf(group.executor).check?.(at, group, complain);
  for (const [roleName, role] of Object.entries(group.roles))
    checkRole([...at, 'roles', roleName], role, group, profiles, { complain, warn });
};

const checkRoles = (at: Path, group: GroupFile, complain: Complain): void => {
  const roles = Object.values(group.roles);
  const participants = roles.reduce((sum, { count }) => sum + count, 0);
  if (roles.length === 0)
    complain(
      at,
      'is empty: no participant would join',
      'write speaker: { count: 2, publish: audio }',
      'key',
    );
  else if (participants === 0)
    complain(at, 'have no participants: every count is 0', 'give at least one role a count', 'key');
  else if (participants > LIMITS.perRoom)
    complain(
      at,
      `have ${participants} participants per room; at most ${LIMITS.perRoom}`,
      null,
      'key',
    );
  if (
    executorOf(group.executor).replacesParticipants &&
    participants > 0 &&
    roles.every(({ count, permanent }) => permanent || count === 0)
  ) {
    complain(
      at,
      'are all permanent: no participant is ever replaced',
      'remove permanent from a role, or use constant-rooms',
      'key',
    );
  }
};

const checkRoomNames = (at: Path, group: GroupFile, complain: Complain): void => {
  const { room, roomPrefix } = group;
  if (room !== undefined && roomPrefix !== undefined) {
    complain([...at, 'roomPrefix'], 'has no effect with room', 'leave one out', 'key');
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
  if (role.permanent && !executorOf(group.executor).replacesParticipants) {
    complain(
      [...at, 'permanent'],
      `has no effect: with ${group.executor} all participants stay`,
      'leave it out, or use per-room-churn',
      'key',
    );
  }
  checkGrants(at, role, tracks, checks);
};

const SOURCE_NAMES = { audio: 'microphone', camera: 'camera', screen: 'screen_share' } as const;

/** Fewer grants than a role needs are how a denial is tested; by mistake, the scenario measures nothing. */
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
      `the server will not allow them to ${what}`,
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
    denied('hidden', 'be visible: they are hidden, but publish');
};
