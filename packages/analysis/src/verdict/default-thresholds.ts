import { formatTarget, parseThreshold, type Threshold } from '@livekit-swarm/metrics';
import type { RoleSpec, Scenario } from '@livekit-swarm/scenario';

/** Threshold and its source. */
export interface SourcedThreshold {
  threshold: Threshold;
  source: 'default' | 'user';
}

interface Default {
  text: string;
  why: string;
  applies: (scenario: Scenario) => boolean;
}

const always = (): boolean => true;
/** Returns true for participants that are in no room of LiveKit. */
const isStream = ({ stream }: RoleSpec): boolean => stream !== undefined;
/** Returns true if in some room of the scenario a participant receives from another. */
const meets = (
  scenario: Scenario,
  sends: (role: RoleSpec) => boolean,
  receives: (role: RoleSpec) => boolean,
): boolean =>
  scenario.groups.some(({ roles }) =>
    roles.some(
      (sender) =>
        sends(sender) &&
        roles.some(
          (other) =>
            receives(other) &&
            isStream(other) === isStream(sender) &&
            (other !== sender || other.count > 1),
        ),
    ),
  );
const sendsMedia = ({ publish, count }: RoleSpec): boolean => publish.length > 0 && count > 0;
const publishes = (scenario: Scenario): boolean =>
  scenario.groups.some(({ roles }) => roles.some(sendsMedia));
const listens = ({ subscribe, layout }: RoleSpec): boolean => subscribe && layout.type !== 'none';
/** Returns true if any participant receives media of another. */
const expects = (scenario: Scenario): boolean => meets(scenario, sendsMedia, listens);
/** Returns true if any participant receives media, also that of a stream that others publish. */
const receives = (scenario: Scenario): boolean =>
  expects(scenario) ||
  scenario.groups.some(({ roles }) =>
    roles.some(({ stream, count }) => stream?.protocol === 'whep' && count > 0),
  );
/** Returns true if any participant of LiveKit does: other servers do not pass capture times on. */
const receivesInRooms = (scenario: Scenario): boolean =>
  meets(
    scenario,
    (role) => sendsMedia(role) && !isStream(role),
    (role) => listens(role) && !isStream(role),
  );
const receivesData = (scenario: Scenario): boolean =>
  meets(
    scenario,
    ({ data }) => data !== null,
    ({ subscribe }) => subscribe,
  );

/** Returns true if participants talk with voice agents. */
const talks = ({ groups }: Scenario): boolean =>
  groups.some(({ roles }) =>
    roles.some(({ conversation, count }) => conversation !== undefined && count > 0),
  );
/** Returns true if callers are transferred from one voice agent to another. */
const transfers = ({ groups }: Scenario): boolean =>
  groups.some(({ roles }) =>
    roles.some(({ conversation, count }) => conversation?.transfer !== undefined && count > 0),
  );
const acts = (scenario: Scenario): boolean =>
  scenario.groups.some(({ roles }) =>
    roles.some(({ actions = [], count }) => actions.length > 0 && count > 0),
  );
/**
 * Returns true if participants receive encrypted media or messages of others, all of them with the
 * same key.
 */
const receivesEncrypted = (scenario: Scenario): boolean => {
  const roles = scenario.groups.flatMap((group) => group.roles);
  const keys = new Set(roles.flatMap(({ e2ee }) => (e2ee === null ? [] : [JSON.stringify(e2ee)])));
  return (
    keys.size === 1 &&
    meets(
      scenario,
      (role) => role.e2ee !== null && (sendsMedia(role) || role.data !== null),
      ({ e2ee, subscribe }) => e2ee !== null && subscribe,
    )
  );
};

/**
 * Thresholds of a run without its own, with their reasons. Those that the load cannot measure are
 * left out.
 */
export const DEFAULT_THRESHOLDS: readonly Default[] = [
  {
    text: 'join_failures: rate<0.01',
    why: 'Every join is retried; one in a hundred that still fails is a user who gives up.',
    applies: always,
  },
  {
    text: 'join_time: p(95)<2000',
    why: 'Users notice a join that takes more than two seconds.',
    applies: always,
  },
  {
    text: 'disconnects: rate<0.01',
    why: 'A call that is lost and not resumed is as bad as one that never started.',
    applies: always,
  },
  {
    text: 'action_failures: rate<0.01',
    why: 'A mute that others do not see, or a screen that no participant receives, is a broken call.',
    applies: acts,
  },
  {
    text: 'agents_lost: rate<0.01',
    why: 'A caller without an agent waits in silence; the server answers its dispatch with HTTP 200 all the same.',
    applies: talks,
  },
  {
    text: 'agent_transfers_lost: rate<0.01',
    why: 'The agent before has left: a caller without a next one is alone.',
    applies: transfers,
  },
  {
    text: 'agent_turns_unanswered: rate<0.02',
    why: 'A caller whose sentence is not answered hangs up.',
    applies: talks,
  },
  {
    text: 'missing_tracks: rate==0',
    why: 'A participant that is never heard or seen is a broken call, not a statistic: LiveKit itself loses none.',
    applies: expects,
  },
  {
    text: 'stalled_tracks: rate<0.01',
    why: 'A track that stopped shows no packet loss, because packets that are not sent have no numbers: only this metric detects it.',
    applies: receives,
  },
  {
    text: 'packet_loss: rate<0.01',
    why: 'Operators act at 2 %; Opus hides about that much. A load test should warn before them.',
    applies: receives,
  },
  {
    text: 'uplink_loss: rate<0.01',
    why: 'The same for the uplink: what the server never received reaches no subscriber.',
    applies: publishes,
  },
  {
    text: 'jitter: p(95)<30',
    why: 'Operators act at 30 ms: beyond it jitter buffers grow and conversations begin to lag.',
    applies: receives,
  },
  {
    text: 'media_latency: p(95)<200',
    why: 'ITU-T G.114: up to 150 ms one way goes unnoticed, 200 ms with a client’s own buffers begins to hurt turn-taking.',
    applies: receivesInRooms,
  },
  {
    text: 'data_loss: rate<0.01',
    why: 'As for media; reliable messages should lose none.',
    applies: receivesData,
  },
  {
    text: 'undecryptable_frames: rate<0.01',
    why: 'A frame that cannot be decrypted is neither heard nor seen, although every packet arrived. With several keys in a run there is no default.',
    applies: receivesEncrypted,
  },
];

/**
 * Key that two thresholds share if one replaces the other: metric, selector, window and
 * aggregation.
 */
const slotOf = (threshold: Threshold): string => {
  const selector = Object.fromEntries(Object.entries(threshold.selector).sort());
  return `${formatTarget({ ...threshold, selector })} ${JSON.stringify(threshold.aggregation)}`;
};

/**
 * Thresholds after `others` have replaced those on the same metric, selector, window and
 * aggregation; the remaining `others` are appended.
 */
export const replaceThresholds = (
  thresholds: readonly Threshold[],
  others: readonly Threshold[],
): Threshold[] => {
  const taken = new Set(others.map(slotOf));
  return [...thresholds.filter((threshold) => !taken.has(slotOf(threshold))), ...others];
};

/**
 * Thresholds of a run: the defaults that fit the load, and those given, which replace a default on
 * the same metric, selector, window and aggregation.
 */
export const resolveThresholds = (
  scenario: Scenario,
  given: readonly Threshold[] = scenario.thresholds,
): SourcedThreshold[] =>
  withDefaults(
    DEFAULT_THRESHOLDS.filter(({ applies }) => applies(scenario)),
    given,
  );

/**
 * Thresholds that were given, after the defaults that they do not replace: those on another metric,
 * selector, window or aggregation.
 */
export const withDefaults = (
  defaults: readonly { text: string }[],
  given: readonly Threshold[],
): SourcedThreshold[] => {
  const taken = new Set(given.map(slotOf));
  return [
    ...defaults
      .map(({ text }) => parseThreshold(text))
      .filter((threshold) => !taken.has(slotOf(threshold)))
      .map((threshold) => ({ threshold, source: 'default' as const })),
    ...given.map((threshold) => ({ threshold, source: 'user' as const })),
  ];
};
