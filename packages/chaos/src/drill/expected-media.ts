/** Media that participants of a load must receive of each other. */
import type { EventLine } from '@livekit-swarm/record';
import {
  type ActionSource,
  actionSourceOf,
  mayPublish,
  maySubscribe,
  type ParticipantPlan,
  publicationTimes,
  type RoleSpec,
} from '@livekit-swarm/scenario';
import { isLoad } from './scenario-of-drill.ts';

const ALL_SOURCES: ReadonlySet<ActionSource> = new Set(['audio', 'camera', 'screen']);
const AUDIO: ReadonlySet<ActionSource> = new Set(['audio']);
const NONE: ReadonlySet<ActionSource> = new Set();

/**
 * Sources whose media a participant receives of every publisher of its room. A grid shows some
 * videos, and which ones is the server's choice; browsers and rtc report no single publications.
 */
export const receivedSources = (
  receiver: Pick<RoleSpec, 'subscribe' | 'layout' | 'grants' | 'engine'>,
): ReadonlySet<ActionSource> => {
  if (!maySubscribe(receiver) || receiver.engine !== undefined) return NONE;
  const { type } = receiver.layout;
  return type === 'none' ? NONE : type === 'all' ? ALL_SOURCES : AUDIO;
};

/**
 * Sources that participants of a role publish during their whole stay. Empty where actions change
 * what they publish: only observation shows what others must receive.
 */
export const publishedSources = ({
  publish,
  grants,
  actions,
}: Pick<RoleSpec, 'publish' | 'grants' | 'actions'>): ActionSource[] =>
  grants.hidden === true || (actions?.length ?? 0) > 0
    ? []
    : [...new Set(publish.filter((track) => mayPublish(grants, track)).map(actionSourceOf))].sort();

/** Source of a publication in the events of its subscribers. */
export const sourceOfEvent = ({
  kind,
  source,
}: Pick<EventLine, 'kind' | 'source'>): ActionSource =>
  kind === 'audio' ? 'audio' : source === 'screen' ? 'screen' : 'camera';

/** Publication of a participant, as a key: `camera ab12-7-p1`. */
export const publicationKey = (source: ActionSource, publisher: string): string =>
  `${source} ${publisher}`;

/**
 * Publications that each participant of the load must receive during an interval, as
 * `publicationKey`s by its identity. Only participants that are planned to be present for the whole
 * interval have an entry.
 */
export const expectedMedia = (
  participants: readonly ParticipantPlan[],
  fromMs: number,
  toMs: number,
): Map<string, ReadonlySet<string>> => {
  const present = participants.filter(
    (one) => isLoad(one) && one.joinAtMs < fromMs && one.leaveAtMs >= toMs,
  );
  const expected = new Map<string, ReadonlySet<string>>();
  for (const room of Map.groupBy(present, ({ room }) => room).values()) {
    const published = room.flatMap((publisher) =>
      sourcesDuring(publisher, fromMs, toMs).map((source) => ({ source, publisher })),
    );
    for (const subscriber of room) {
      const received = receivedSources(subscriber);
      const keys = published
        .filter(({ source, publisher }) => publisher !== subscriber && received.has(source))
        .map(({ source, publisher }) => publicationKey(source, publisher.identity));
      expected.set(subscriber.identity, new Set(keys));
    }
  }
  return expected;
};

/** Sources that a participant publishes, unmuted, during the whole interval. */
const sourcesDuring = (
  publisher: ParticipantPlan,
  fromMs: number,
  toMs: number,
): ActionSource[] => {
  if (publisher.grants.hidden === true) return [];
  return publicationTimes(publisher)
    .filter(({ times }) => times.some((time) => time.fromMs < fromMs && time.toMs >= toMs))
    .map(({ source }) => source);
};

/**
 * Time before the planned end of a publication from which a lack of media belongs to the end, ms:
 * the last packet may have arrived earlier.
 */
const ENDING_MS = 1_000;

/** Returns true if a participant is planned to publish a source at a time, and not about to end. */
export const isPublished = (
  publisher: ParticipantPlan,
  source: ActionSource,
  atMs: number,
): boolean =>
  publicationTimes(publisher).some(
    (publication) =>
      publication.source === source &&
      publication.times.some(({ fromMs, toMs }) => fromMs <= atMs && toMs > atMs + ENDING_MS),
  );
