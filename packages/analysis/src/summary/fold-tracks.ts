import type { MetricSet } from '@livekit-swarm/metrics';
import type { HeaderLine, ParticipantLine } from '@livekit-swarm/record';
import type { Scenario } from '@livekit-swarm/scenario';
import { leftAsPlanned, leftBeforeJoining } from './fold-participants.ts';
import type { WorstParticipant } from './summary.ts';
import { type TrackTally, tallyTracks } from './tally-tracks.ts';
import { createWorst } from './worst.ts';

/** A result, kept small: there may be 200,000. */
type Result = Pick<
  ParticipantLine,
  'identity' | 'group' | 'room' | 'role' | 'outcome' | 'resumes' | 'reconnects'
> & {
  joined: boolean;
  tally: TrackTally;
};

/** After a run that was cut short a room counts as whole when its last member had been due for this long, ms. */
const SETTLE_MS = 5_000;

/**
 * Folds what participants received of what they should have. What somebody should have received is known for a stay as it was planned: when a run is cut
 * short, the others are judged only where the whole room had been there.
 */
export class TrackFold {
  readonly #metrics: MetricSet;
  readonly #worst = createWorst();
  /** Of stays that the end of the run ended. */
  #pending: Result[] = [];
  readonly #rooms = new Map<string, { members: number; lastDueAt: number }>();
  #ours = (_identity: string): boolean => true;
  #header: HeaderLine | null = null;
  readonly #onJudged: (one: WorstParticipant) => void;

  /** @param onJudged is told of everybody, once it is known what their stay is to be judged by */
  constructor(metrics: MetricSet, onJudged: (one: WorstParticipant) => void = () => {}) {
    this.#metrics = metrics;
    this.#onJudged = onJudged;
  }

  /** @param ours says whether a track's publisher belongs to this run */
  begin(header: HeaderLine, ours: (identity: string) => boolean): void {
    this.#header = header;
    this.#ours = ours;
  }

  add(line: ParticipantLine): void {
    const { identity, group, room, role, outcome, resumes, joinMs, joinAtMs, rejoins = 0 } = line;
    const reconnects = line.reconnects + rejoins;
    const tally = tallyTracks(line, this.#ours);
    for (const { kind, refused } of tally.published)
      this.#metrics.rate('publish_refusals', { kind, group, role }, refused ? 1 : 0, 1);
    const result = {
      identity,
      group,
      room,
      role,
      outcome,
      resumes,
      reconnects,
      joined: joinMs !== null,
      tally,
    };
    const known = this.#rooms.get(room) ?? { members: 0, lastDueAt: 0 };
    this.#rooms.set(room, {
      members: known.members + 1,
      lastDueAt: Math.max(known.lastDueAt, joinAtMs),
    });
    const endAtMs = this.#header?.plan.endAtMs ?? 0;
    if (leftAsPlanned(line, endAtMs)) this.#judge(result, !leftBeforeJoining(line, endAtMs));
    else this.#pending.push(result);
  }

  /** Call after the last line. @param endedAt of the run, ms after its start */
  close(finished: boolean, endedAt: number): WorstParticipant[] {
    for (const result of this.#pending)
      this.#judge(result, finished || this.#wasWhole(result, endedAt));
    this.#pending = [];
    return this.#worst.list();
  }

  #wasWhole({ group, room }: Result, endedAt: number): boolean {
    const there = this.#rooms.get(room);
    const scenario = this.#header?.scenario;
    if (there === undefined || scenario === undefined) return false;
    return there.members >= membersOf(scenario, group) && there.lastDueAt + SETTLE_MS <= endedAt;
  }

  #judge(result: Result, tracksCount: boolean): void {
    const { tally, outcome, group, role, joined } = result;
    const how = badness(result, tracksCount);
    if (joined) this.#worst.add(how);
    this.#onJudged(how);
    if (!tracksCount) return;
    for (const kind of ['audio', 'video'] as const) {
      const expected = tally.expects[kind];
      if (expected > 0)
        this.#metrics.rate('missing_tracks', { kind, group, role }, tally.missing[kind], expected);
    }
    if (outcome !== 'left') return;
    for (const { kind, codec, alive } of tally.received) {
      this.#metrics.rate('stalled_tracks', { kind, codec, group, role }, alive ? 0 : 1, 1);
    }
  }
}

/** How many are in a room of this group once all have come. Where people come and go it is never known to be whole. */
const membersOf = ({ groups }: Scenario, name: string): number => {
  const group = groups.find((one) => one.name === name);
  return groups
    .filter((other) => other === group || (other.room !== null && other.room === group?.room))
    .reduce(
      (sum, { executor, roles }) =>
        executor.type === 'per-room-churn'
          ? Number.POSITIVE_INFINITY
          : sum + roles.reduce((members, { count }) => members + count, 0),
      0,
    );
};

const badness = (result: Result, tracksCount: boolean): WorstParticipant => {
  const { identity, room, role, tally, resumes, reconnects } = result;
  return {
    identity,
    room,
    role,
    missing: tracksCount ? tally.missing.audio + tally.missing.video : 0,
    stalled: tally.received.filter((track) => !track.alive).length,
    loss:
      tally.packets + tally.lost > 0
        ? Math.max(0, tally.lost) / (tally.packets + tally.lost)
        : null,
    jitterMs: tally.jitterMs,
    latencyP95Ms: tally.latencyP95Ms,
    longestGapMs: tally.longestGapMs,
    reconnects: resumes + reconnects,
  };
};
