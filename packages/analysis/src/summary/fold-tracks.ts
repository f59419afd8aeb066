import { type MetricSet, WITNESS_GROUP } from '@livekit-swarm/metrics';
import {
  type HeaderLine,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
  type TrackResult,
} from '@livekit-swarm/record';
import { executorOf, type Kind, type Scenario } from '@livekit-swarm/scenario';
import { type AffectedParticipant, createMostAffected } from '../participants/severity.ts';
import { leftAsPlanned, leftBeforeJoining } from './fold-participants.ts';
import { LostParticipants } from './lost-participants.ts';

/** Result of a participant with only the fields that are used: there may be 200,000 results. */
type Result = Pick<
  ParticipantLine,
  'at' | 'identity' | 'group' | 'room' | 'role' | 'outcome' | 'reason' | 'joinAtMs'
> & {
  reconnects: number;
  tally: TrackTally;
};

/** Number of most affected participants in a summary. */
const MAX_AFFECTED = 5;

/**
 * Time after the last scheduled join of a room, ms, from which the room counts as complete in a run
 * that was cut short.
 */
const SETTLE_MS = 5_000;

/**
 * Compares the tracks that participants received with those that they should have received. The
 * expected tracks are known for a session that ended as planned; in a run that was cut short, other
 * sessions count only if their room was complete.
 */
export class TrackFold {
  readonly #metricsAt: (at: number) => readonly MetricSet[];
  readonly #mostAffected = createMostAffected<AffectedParticipant>(MAX_AFFECTED);
  /** Sessions that the end of the run ended. */
  #pending: Result[] = [];
  readonly #rooms = new Map<string, { members: number; lastJoinAtMs: number }>();
  #isOfRun = (_identity: string): boolean => true;
  #header: HeaderLine | null = null;
  readonly #lost = new LostParticipants();
  readonly #samplesAt: (at: number) => readonly MetricSet[];
  readonly #onParticipant: (participant: AffectedParticipant) => void;

  /**
   * @param metricsAt returns the metric sets for a session that ended at a time, ms after the start
   * @param samplesAt returns the metric sets with the samples of a time
   * @param onParticipant called for each participant once it is known which of its tracks count
   */
  constructor(
    metricsAt: (at: number) => readonly MetricSet[],
    samplesAt: (at: number) => readonly MetricSet[],
    onParticipant: (participant: AffectedParticipant) => void = () => {},
  ) {
    this.#metricsAt = metricsAt;
    this.#samplesAt = samplesAt;
    this.#onParticipant = onParticipant;
  }

  /**
   * Begins a record.
   * @param isOfRun returns true if the publisher of a track belongs to this run
   */
  begin(header: HeaderLine, isOfRun: (identity: string) => boolean): void {
    this.#header = header;
    this.#isOfRun = isOfRun;
    this.#lost.begin(header);
  }

  /**
   * Participants whose loss is tolerated: neither their tracks nor anything else of them counts.
   */
  get setAside(): readonly ParticipantLine[] {
    return this.#lost.setAside;
  }

  add(line: ParticipantLine): void {
    for (const one of this.#lost.add(line)) this.#add(this.#withoutLost(one));
  }

  /**
   * Result of a participant without the tracks of those participants in its room whose loss is
   * tolerated.
   */
  #withoutLost(line: ParticipantLine): ParticipantLine {
    const lost = this.setAside.filter(({ room }) => room === line.room);
    if (lost.length === 0) return line;
    const gone = new Map(lost.map(({ identity, at }) => [identity, at]));
    for (const track of line.tracks) this.#uncountInterruptions(line, track, gone);
    const published = lost.flatMap(({ group, role }) =>
      publishedBy(this.#header?.scenario.groups ?? [], group, role),
    );
    const expected = (kind: Kind): number =>
      Math.max(0, line.expectedTracks[kind] - published.filter((one) => one === kind).length);
    return {
      ...line,
      expectedTracks: { audio: expected('audio'), video: expected('video') },
      tracks: line.tracks.filter(
        ({ publisher }) => publisher === undefined || !gone.has(publisher),
      ),
    };
  }

  /**
   * Removes the interruptions of lost publishers from the metrics of samples: their media is
   * interrupted until the server notices the loss.
   */
  #uncountInterruptions(
    { shard, group, role }: ParticipantLine,
    { direction, kind, codec, publisher = '', interruptions, interruptionMs }: TrackResult,
    lostAt: ReadonlyMap<string, number>,
  ): void {
    const at = lostAt.get(publisher);
    if (at === undefined || direction !== 'down' || kind === 'data' || interruptions === 0) return;
    const labels = { direction, kind, group, role, codec };
    const where = { shard, steady: at >= (this.#header?.plan.lastJoinAtMs ?? 0) };
    for (const metrics of this.#samplesAt(at)) {
      metrics.count('media_interruptions', labels, -interruptions, where);
      metrics.count('media_interruption_time', labels, -interruptionMs, where);
    }
  }

  #add(line: ParticipantLine): void {
    const { at, identity, group, room, role, outcome, reason, joinAtMs } = line;
    const reconnects = line.resumes + line.reconnects + (line.rejoins ?? 0);
    const tally = tallyTracks(line, this.#isOfRun);
    for (const { kind, rejected } of tally.published)
      for (const metrics of this.#metricsAt(at))
        metrics.rate('publish_rejections', { kind, group, role }, rejected ? 1 : 0, 1);
    const result: Result = {
      at,
      identity,
      group,
      room,
      role,
      outcome,
      reason,
      joinAtMs,
      reconnects,
      tally,
    };
    const known = this.#rooms.get(room) ?? { members: 0, lastJoinAtMs: 0 };
    this.#rooms.set(room, {
      members: known.members + (group === WITNESS_GROUP ? 0 : 1),
      lastJoinAtMs: Math.max(known.lastJoinAtMs, joinAtMs),
    });
    const endAtMs = this.#header?.plan.endAtMs ?? 0;
    if (!leftAsPlanned(line, endAtMs)) this.#pending.push(result);
    else if (leftBeforeJoining(line, endAtMs)) this.#count({ ...result, outcome: 'left' }, false);
    else this.#count(result, true);
  }

  /**
   * Ends the fold; must be called after the last line.
   * @param endedAt end of the run, ms after its start
   */
  close(finished: boolean, endedAt: number): AffectedParticipant[] {
    for (const result of this.#pending) {
      // A participant that was still joining when the run was cut short has not failed to join.
      const stopped = !finished && result.reason === LEFT_WHILE_JOINING;
      this.#count(
        stopped ? { ...result, outcome: 'left' } : result,
        finished || this.#wasComplete(result, endedAt),
      );
    }
    this.#pending = [];
    return this.#mostAffected.list();
  }

  #wasComplete({ group, room }: Result, endedAt: number): boolean {
    const known = this.#rooms.get(room);
    const groups = this.#header?.scenario.groups;
    if (known === undefined || groups === undefined) return false;
    return known.members >= membersOf(groups, group) && known.lastJoinAtMs + SETTLE_MS <= endedAt;
  }

  #count(result: Result, tracksCount: boolean): void {
    const { at, tally, outcome, group, role } = result;
    const participant = affectedParticipant(result, tracksCount);
    this.#mostAffected.add(participant);
    this.#onParticipant(participant);
    if (!tracksCount) return;
    for (const kind of ['audio', 'video'] as const) {
      const expected = tally.expectedTracks[kind];
      if (expected > 0)
        for (const metrics of this.#metricsAt(at))
          metrics.rate('missing_tracks', { kind, group, role }, tally.missing[kind], expected);
    }
    if (outcome !== 'left') return;
    for (const { kind, codec, alive } of tally.received) {
      for (const metrics of this.#metricsAt(at))
        metrics.rate('stalled_tracks', { kind, codec, group, role }, alive ? 0 : 1, 1);
    }
  }
}

const publishedBy = (groups: Scenario['groups'], group: string, role: string): Kind[] =>
  groups
    .find(({ name }) => name === group)
    ?.roles.find(({ name }) => name === role)
    ?.publish.map(({ kind }) => kind) ?? [];

/**
 * Number of participants in a complete room of a group; infinite if participants are replaced, so
 * that no room counts as complete.
 */
const membersOf = (groups: Scenario['groups'], name: string): number => {
  const group = groups.find((one) => one.name === name);
  return groups
    .filter((other) => other === group || (other.room !== null && other.room === group?.room))
    .reduce(
      (sum, { executor, roles }) =>
        executorOf(executor.type).replacesParticipants
          ? Number.POSITIVE_INFINITY
          : sum + roles.reduce((members, { count }) => members + count, 0),
      0,
    );
};

const affectedParticipant = (
  { identity, room, role, outcome, reason, joinAtMs, reconnects, tally }: Result,
  tracksCount: boolean,
): AffectedParticipant => ({
  identity,
  room,
  role,
  outcome,
  reason,
  scheduledAt: joinAtMs,
  missing: tracksCount ? tally.missing.audio + tally.missing.video : 0,
  stalled: tally.received.filter((track) => !track.alive).length,
  loss:
    tally.packets + tally.lost > 0 ? Math.max(0, tally.lost) / (tally.packets + tally.lost) : null,
  jitterMs: tally.jitterMs,
  latencyP95Ms: tally.latencyP95Ms,
  longestInterruptionMs: tally.longestInterruptionMs,
  reconnects,
});

/** Counts of the tracks of one participant. */
export interface TrackTally {
  expectedTracks: Record<Kind, number>;
  missing: Record<Kind, number>;
  received: { kind: Kind; codec: string; alive: boolean }[];
  /** Tracks that the participant tried to publish, and one entry for its data messages. */
  published: { kind: Kind | 'data'; rejected: boolean }[];
  /** Packets of all downlink media tracks. */
  packets: number;
  lost: number;
  /** Highest jitter of the tracks, ms. */
  jitterMs: number | null;
  latencyP95Ms: number | null;
  longestInterruptionMs: number;
}

type MediaTrack = TrackResult & { kind: Kind };

const isReceivedMedia = (track: TrackResult): track is MediaTrack =>
  track.direction === 'down' && track.kind !== 'data';

/**
 * Counts the tracks that a participant received and those that are missing. A publisher that
 * reconnected yields two tracks with different sids, of which the old one is inactive; so tracks
 * are distinguished by publisher, kind and source. Tracks of participants that do not belong to the
 * run (in a shared room) do not count.
 */
export const tallyTracks = (
  line: ParticipantLine,
  ours: (identity: string) => boolean,
): TrackTally => {
  const media = line.tracks.filter(isReceivedMedia);
  const flowed = media.filter(
    (track) => track.packets > 0 && (track.publisher === undefined || ours(track.publisher)),
  );
  const received = [...Map.groupBy(flowed, sourceOf).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [{ kind: first.kind, codec: first.codec, alive: same.some((track) => track.activeAtEnd) }];
  });
  const missing = (kind: Kind): number =>
    Math.max(0, line.expectedTracks[kind] - received.filter((track) => track.kind === kind).length);
  return {
    expectedTracks: line.expectedTracks,
    missing: { audio: missing('audio'), video: missing('video') },
    received,
    published: line.tracks
      .filter(isPublished)
      .map(({ kind, rejected }) => ({ kind, rejected: rejected === true })),
    packets: total(media, 'packets'),
    lost: total(media, 'lost'),
    jitterMs: largest(media.map((track) => track.jitterMs)),
    latencyP95Ms: largest(media.map((track) => track.latencyP95Ms)),
    longestInterruptionMs: largest(media.map((track) => track.longestInterruptionMs)) ?? 0,
  };
};

/** Returns true if a track counts as published; the lowest simulcast layer represents its track. */
const isPublished = ({ direction, layer }: TrackResult): boolean =>
  direction === 'up' && (layer === undefined || layer === 'q');

/** Key of the source of a track; without a publisher, every track has its own. */
const sourceOf = (track: MediaTrack, index: number): string =>
  track.publisher === undefined
    ? `#${track.sid ?? index}`
    : `${track.kind} ${track.source ?? ''} ${track.publisher}`;

const total = (tracks: TrackResult[], field: 'packets' | 'lost'): number =>
  tracks.reduce((sum, track) => sum + track[field], 0);

const largest = (values: (number | null)[]): number | null =>
  values.reduce(
    (most, value) =>
      value === null || !Number.isFinite(value) ? most : Math.max(most ?? value, value),
    null,
  );
