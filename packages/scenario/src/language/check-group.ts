import { WITNESS_GROUP } from '@livekit-swarm/metrics';
import type { Path } from '@livekit-swarm/settings';
import { actionSourceOf, everPublished } from '../actions/plan-actions.ts';
import { executorOf, type GroupFile } from '../executors/registry.ts';
import { LIMITS } from '../limits.ts';
import { departsWhileJoining } from '../role-keys/departure.ts';
import { canEncrypt } from '../role-keys/e2ee.ts';
import type { TrackPlan } from '../track-plan.ts';
import { canBeEncrypted } from '../video-format.ts';
import type { Checks, Complain } from './checks.ts';
import { tracksOf } from './normalise.ts';
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
  if (name === WITNESS_GROUP)
    complain(at, 'is the group of participants that --witness adds', 'use another name', 'key');
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
  const e2ee = role.e2ee === undefined ? (group.e2ee ?? null) : role.e2ee;
  if (e2ee !== null && !tracks.every(canBeEncrypted)) {
    const message = 'has a video that livekit-client does not encrypt end to end';
    complain([...at, 'publish'], message, 'take codec: vp8 or h264, or leave e2ee out');
  }
  if (e2ee?.keyChange !== undefined && role.rateAdaptation === true) {
    const message = 'is not possible with keyChange of e2ee: its clips are encrypted in advance';
    complain([...at, 'rateAdaptation'], message, 'leave one out', 'key');
  }
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
  if (departsWhileJoining(role.departure) && (tracks.length > 0 || role.actions !== undefined))
    complain(
      [...at, 'departure'],
      `is ${role.departure}: they are gone before they could publish or act`,
      'leave publish and actions out',
      'key',
    );
  if (role.turns !== undefined && !tracks.some(({ kind }) => kind === 'audio'))
    complain([...at, 'turns'], 'has no effect without audio', 'write publish: audio', 'key');
  checkRateAdaptation(at, role, tracks, complain);
  checkEngine(at, role, tracks, group, complain);
  checkGrants(at, role, tracks, checks);
};

/** It needs a picture that there is in several bit rates: clips are encoded in advance. */
const checkRateAdaptation = (
  at: Path,
  role: RoleFile,
  tracks: readonly TrackPlan[],
  complain: Complain,
): void => {
  const { engine, rateAdaptation, actions } = role;
  const refuse = (message: string, hint: string): void =>
    complain([...at, 'rateAdaptation'], message, hint, 'key');
  if (rateAdaptation !== undefined && engine !== undefined && engine !== 'native')
    refuse(`is not a choice with engine: ${engine}: real clients always adapt`, 'leave it out');
  if (rateAdaptation !== true) return;
  const videos = everPublished({ publish: [...tracks], ...(actions && { actions }) }).filter(
    (track) => track.kind === 'video',
  );
  const layered = videos.find((video) => video.scalabilityMode !== undefined);
  const file = videos.find(({ media }) => media !== undefined)?.media;
  if (videos.length === 0) refuse('has no effect without video', 'publish video, or leave it out');
  else if (layered !== undefined)
    refuse(
      `is not possible with scalabilityMode: ${layered.scalabilityMode}`,
      'publish video with simulcast: true, or leave rateAdaptation out',
    );
  else if (file !== undefined)
    refuse(
      `is not possible with ${file.path}: a file has one bit rate`,
      'publish video without media, or leave rateAdaptation out',
    );
};

/** What only the native engine can do. */
const checkEngine = (
  at: Path,
  role: RoleFile,
  tracks: readonly TrackPlan[],
  group: GroupFile,
  complain: Complain,
): void => {
  const { engine } = role;
  if (engine === undefined || engine === 'native') return;
  const hint = 'leave it out, or use engine: native';
  for (const key of NATIVE_ONLY)
    if (role[key] !== undefined && role[key] !== null)
      complain([...at, key], `is not possible with engine: ${engine}`, hint, 'key');
  const clip = tracks.find(isOnlyAClip);
  if (clip !== undefined)
    complain(
      [...at, 'publish'],
      `has music, DTX or media, which is not possible with engine: ${engine}`,
      'publish audio or video, or use engine: native',
    );
  if (role.path === undefined && group.path !== undefined)
    complain(
      [...at, 'engine'],
      'is not possible with path of the group',
      'use engine: native',
      'key',
    );
  const e2ee = role.e2ee === undefined ? group.e2ee : role.e2ee;
  if (e2ee != null && tracks.length > 0 && !canEncrypt(engine, e2ee)) {
    const message = `cannot publish with the e2ee of the role: ${engine} encrypts with the key index 0 only`;
    complain([...at, 'engine'], message, 'use engine: native or browser', 'key');
  }
  if (engine === 'rtc' && tracks.some((track) => track.kind === 'video' && track.frameMetadata))
    complain(
      [...at, 'publish'],
      'has frameMetadata, which @livekit/rtc-node does not have',
      'leave it out, or use engine: native or browser',
    );
};

/** Real clients encode what they make up themselves. */
const isOnlyAClip = (track: TrackPlan): boolean =>
  track.media !== undefined ||
  (track.kind === 'audio' && (track.music !== undefined || track.dtx === true));

const NATIVE_ONLY = ['data', 'network', 'path', 'turns', 'actions', 'departure'] as const;

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
      .map((track) => SOURCE_NAMES[actionSourceOf(track)])
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
