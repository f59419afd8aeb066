import {
  describeExecutor,
  FLAGS_SCENARIO,
  formatDataRate,
  formatLayout,
  type GroupSpec,
  type RoleSpec,
  type Scenario,
  type TrackPlan,
} from '@livekit-swarm/scenario';
import { formatDuration, formatNumber } from '@livekit-swarm/settings';
import { formatBytes } from './format.ts';

/**
 * The load of a scenario in a line: `voice-ai: 20 rooms × 1 caller + 1 agent, audio, 30s`. Several
 * groups come one after the other, each with its name. The name of the scenario is left out when
 * flags described it.
 */
export const describeScenario = (scenario: Scenario): string => {
  const said = describeGroups(scenario).join('; ');
  return scenario.name === FLAGS_SCENARIO ? said : `${scenario.name}: ${said}`;
};

/** The load of each group; with its name where there are several. */
export const describeGroups = ({ groups }: Scenario): string[] =>
  groups.map((group) => `${groups.length > 1 ? `${group.name}: ` : ''}${describeGroup(group)}`);

const describeGroup = ({ room, startMs, executor, roles }: GroupSpec): string => {
  const { rooms, time } = describeExecutor(executor);
  const [first = '', ...others] = roles.map(publishes);
  // What all publishing roles have in common is stated once, otherwise with each role.
  const alike =
    others.every((one) => one === first || one === '' || first === '') || others.length === 0;
  const people = roles.map((role) =>
    alike || publishes(role) === '' ? countOf(role) : `${countOf(role)} (${publishes(role)})`,
  );
  const together = alike ? [first, ...others].find((one) => one !== '') : undefined;
  const layouts = new Set(
    roles.filter(({ subscribe }) => subscribe).map(({ layout }) => formatLayout(layout)),
  );
  layouts.delete('all');
  const networks = new Set(
    roles.flatMap(({ network, name }) =>
      network === null ? [] : [`${many(name)} on ${network.name}`],
    ),
  );
  const paths = new Set(
    roles.flatMap(({ path, name }) => (path === 'direct' ? [] : [`${many(name)} by ${path}`])),
  );
  const encrypted = new Set(
    roles.flatMap(({ e2ee, name }) => {
      if (e2ee === null) return [];
      return [`${many(name)} encrypted${e2ee.secret === 'wrong-key' ? ' with a wrong key' : ''}`];
    }),
  );
  return [
    `${room === null ? rooms : `room ${room}`} × ${people.join(' + ')}`,
    ...(alike ? [together ?? 'publishing nothing'] : []),
    ...(layouts.size === 0
      ? []
      : [`${layouts.size === 1 ? 'layout' : 'layouts'} ${[...layouts].join(' and ')}`]),
    ...networks,
    ...paths,
    ...encrypted,
    ...time,
    ...(startMs > 0 ? [`from ${formatDuration(startMs)} on`] : []),
  ].join(', ');
};

/** `1 agent`, `2 agents`. With flags the publishers are called participants. */
const countOf = ({ name, count }: RoleSpec): string => {
  const word = name === 'publisher' ? 'participant' : name;
  return `${formatNumber(count)} ${count === 1 ? word : many(word)}`;
};

const many = (word: string): string => (word.endsWith('s') ? word : `${word}s`);

/**
 * `audio and 720p vp8 simulcast, data 10/s:200B:lossy`; empty for those who only watch and listen.
 */
const publishes = ({ publish, data, rpc, dataStreams, dataTracks }: RoleSpec): string =>
  [
    ...(publish.length === 0 ? [] : [publish.map(describeTrack).join(' and ')]),
    ...(data === null ? [] : [`data ${formatDataRate(data)}`]),
    ...(rpc === undefined ? [] : [`calls of ${many(rpc.to)} every ${formatDuration(rpc.everyMs)}`]),
    ...(dataStreams === undefined
      ? []
      : [
          `streams of ${formatBytes(dataStreams.bytes)} every ${formatDuration(dataStreams.everyMs)}`,
        ]),
    ...(dataTracks === undefined
      ? []
      : [
          `data track of ${formatBytes(dataTracks.bytes)} every ${formatDuration(dataTracks.everyMs)}`,
        ]),
  ].join(', ');

const describeAudio = ({ music, dtx }: Extract<TrackPlan, { kind: 'audio' }>): string =>
  music === undefined ? `audio${dtx === true ? ' with DTX' : ''}` : `${music} kbit/s music`;

const describeTrack = (track: TrackPlan): string =>
  track.media === undefined ? describeClip(track) : track.media.path;

const describeClip = (track: TrackPlan): string =>
  track.kind === 'audio' ? describeAudio(track) : describeVideo(track);

const describeVideo = (track: Extract<TrackPlan, { kind: 'video' }>): string => {
  const { resolution, codec, simulcast, scalabilityMode, source, bitrates } = track;
  return [
    resolution,
    codec,
    ...(simulcast ? ['simulcast'] : []),
    ...(scalabilityMode === undefined ? [] : [scalabilityMode]),
    ...(source === 'screen' ? ['screen'] : []),
    ...(bitrates === undefined
      ? []
      : [`of ${bitrates.map((bitrate) => bitrate / 1e6).join(' and ')} Mbit/s`]),
  ].join(' ');
};
