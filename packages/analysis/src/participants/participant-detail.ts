import type {
  EventLine,
  JoinPhases,
  ParticipantLine,
  SelectedPair,
  TrackResult,
} from '@livekit-swarm/record';

/** Connection of a participant, and the tracks that it sent and received. */
export interface ParticipantDetail {
  engine: 'native' | NonNullable<ParticipantLine['engine']>;
  /** Node and backend of the last connection; null: not reported. */
  node: string | null;
  backend: string | null;
  addressFamily: 4 | 6 | null;
  /** Phases of the join; null: it did not join. */
  phases: JoinPhases | null;
  /** Attempts of the join, from 1; null: it did not join. */
  attempts: number | null;
  /** Candidate pair of the last connection. */
  pair: SelectedPair | null;
  expectedTracks: ParticipantLine['expectedTracks'] | null;
  /** Tracks, the most affected first, no more than requested. */
  tracks: TrackResult[];
  /** Number of all tracks. */
  trackCount: number;
}

export const emptyDetail = (): ParticipantDetail => ({
  engine: 'native',
  node: null,
  backend: null,
  addressFamily: null,
  phases: null,
  attempts: null,
  pair: null,
  expectedTracks: null,
  tracks: [],
  trackCount: 0,
});

/** Adds what an event shows of the connection. */
export const detailAfterEvent = (detail: ParticipantDetail, line: EventLine): ParticipantDetail => {
  const { node, backend, event, phases, attempt, addressFamily, selectedPair } = line;
  if (node === undefined && backend === undefined && event !== 'joined') return detail;
  return {
    ...detail,
    node: node ?? detail.node,
    backend: backend ?? detail.backend,
    addressFamily: addressFamily ?? detail.addressFamily,
    pair: selectedPair ?? detail.pair,
    ...(event === 'joined' && { phases: phases ?? null, attempts: attempt ?? null }),
  };
};

/** Adds the result of the participant, with the most affected of its tracks. */
export const detailAfterResult = (
  detail: ParticipantDetail,
  { engine, selectedPair, expectedTracks, tracks }: ParticipantLine,
  mostTracks: number,
): ParticipantDetail => ({
  ...detail,
  engine: engine ?? 'native',
  pair: selectedPair ?? detail.pair,
  expectedTracks,
  tracks: tracks.toSorted(byTrackSeverity).slice(0, mostTracks),
  trackCount: tracks.length,
});

/** True for a received track whose media had stopped at the end of the session. */
export const isStalled = ({ direction, kind, activeAtEnd }: TrackResult): boolean =>
  direction === 'down' && kind !== 'data' && !activeAtEnd;

/** Share of packets that were lost; null: there were none. Sent packets include those that were lost. */
export const lossOf = ({ direction, packets, lost }: TrackResult): number | null => {
  const due = direction === 'down' ? packets + lost : packets;
  return due > 0 ? Math.max(0, lost) / due : null;
};

/** Rejected and stalled tracks first, then by loss, interruptions and delay. */
const byTrackSeverity = (a: TrackResult, b: TrackResult): number =>
  Number(b.rejected ?? false) - Number(a.rejected ?? false) ||
  Number(isStalled(b)) - Number(isStalled(a)) ||
  (lossOf(b) ?? 0) - (lossOf(a) ?? 0) ||
  b.interruptionMs - a.interruptionMs ||
  (b.latencyP95Ms ?? 0) - (a.latencyP95Ms ?? 0) ||
  (b.jitterMs ?? 0) - (a.jitterMs ?? 0);
