import type { Window } from '@livekit-swarm/metrics';
import type { ParticipantLine } from '@livekit-swarm/record';
import { publishedSources } from '../drill/expected-media.ts';
import { DRILL_WINDOWS } from '../drill/scenario-of-drill.ts';
import type { ConnectionHistory } from './connections.ts';
import type { JoinProbeResult } from './recovery.ts';
import type { RoleOf } from './roles.ts';

/**
 * Results of the join probes, with the number of participants that each received.
 * @param firstFaultAt time of the first injection; null: there was none
 */
export const joinProbeResults = (
  probes: readonly ConnectionHistory[],
  load: readonly ConnectionHistory[],
  results: ReadonlyMap<string, ParticipantLine>,
  windows: readonly Window[],
  firstFaultAt: number | null,
  roleOf: RoleOf,
): JoinProbeResult[] => {
  const actual = actualWindows(windows, firstFaultAt);
  const loadRooms = new Set(load.map(({ room }) => room));
  return probes
    .flatMap((probe): JoinProbeResult[] => {
      const result = results.get(probe.identity);
      if (result === undefined) return [];
      const { joinAtMs, joinTimeMs, outcome, reason, tracks } = result;
      const receivingFrom = new Set(
        tracks.flatMap(({ direction, publisher, packets }) =>
          direction === 'down' && publisher !== undefined && packets > 0 ? [publisher] : [],
        ),
      ).size;
      const inRoom = ({ room }: ConnectionHistory): boolean => room === probe.room;
      const present = load.filter(inRoom).filter((other) => wasPresent(other, probe));
      const visible = present.filter((other) => roleOf(other)?.grants.hidden !== true);
      const publishing = present.filter((other) => {
        const role = roleOf(other);
        return role !== null && publishedSources(role).length > 0;
      });
      const publishingProbes = probes
        .filter(inRoom)
        .filter((other) => isPublishing(results.get(other.identity)) && overlaps(other, probe));
      return [
        {
          identity: probe.identity,
          room: probe.room,
          newRoom: !loadRooms.has(probe.room),
          window:
            DRILL_WINDOWS.findLast((name) =>
              actual.some((one) => one.name === name && one.fromMs <= joinAtMs),
            ) ?? 'baseline',
          scheduledAtMs: joinAtMs,
          joinTimeMs,
          failure: joinTimeMs === null ? (reason ?? outcome) : null,
          remoteParticipants: result.remoteParticipants ?? 0,
          expectedParticipants: visible.length,
          receivingFrom,
          publishing: publishing.length + publishingProbes.length,
        },
      ];
    })
    .sort((a, b) => a.scheduledAtMs - b.scheduledAtMs);
};

/**
 * Windows of the run, in which clients have as long to recover as planned: an injection may be
 * late by seconds, as over SSH.
 */
const actualWindows = (windows: readonly Window[], firstFaultAt: number | null): Window[] => {
  const plannedAt = windows.find(({ name }) => name === 'fault')?.fromMs;
  const lateMs =
    plannedAt === undefined || firstFaultAt === null ? 0 : Math.max(0, firstFaultAt - plannedAt);
  return windows.map((one) =>
    one.name === 'baseline' ? one : { ...one, fromMs: one.fromMs + lateMs },
  );
};

/**
 * Returns true when a participant of the load was connected during the whole session of the probe.
 */
const wasPresent = (other: ConnectionHistory, probe: ConnectionHistory): boolean => {
  const from = probe.joinedAt;
  if (from === null || other.joinedAt === null || other.joinedAt > from) return false;
  const to = probe.leftAt ?? from;
  if (other.leftAt !== null && other.leftAt < to) return false;
  return !other.disconnections.some(
    ({ state, fromAt, toAt }) =>
      state === 'disconnected' && fromAt < to && (toAt ?? Number.POSITIVE_INFINITY) > from,
  );
};

const isPublishing = (result: ParticipantLine | undefined): boolean =>
  result?.tracks.some(({ direction, kind }) => direction === 'up' && kind !== 'data') ?? false;

/**
 * Shortest overlap of two sessions that counts, ms: sessions with the same schedule overlap by less
 * than their length.
 */
const MIN_OVERLAP_MS = 1_500;

const overlaps = (other: ConnectionHistory, probe: ConnectionHistory): boolean => {
  if (other === probe || other.joinedAt === null || probe.joinedAt === null) return false;
  const from = Math.max(other.joinedAt, probe.joinedAt);
  return Math.min(other.leftAt ?? from, probe.leftAt ?? from) - from >= MIN_OVERLAP_MS;
};
