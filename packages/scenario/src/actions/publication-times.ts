import type { ParticipantPlan } from '../plan.ts';
import type { Kind } from '../track-plan.ts';
import type { ActionSource } from './action-spec.ts';
import { actionSourceOf } from './action-spec.ts';
import { sendingPhases } from './sending-phases.ts';

/**
 * Times at which others can receive a publication, ms after the start of the run: it is published,
 * allowed and not muted.
 */
export interface PublicationTimes {
  source: ActionSource;
  kind: Kind;
  /** Intervals in order of time; none is empty. */
  times: { fromMs: number; toMs: number }[];
}

type Acting = Parameters<typeof sendingPhases>[0] & Pick<ParticipantPlan, 'leaveAtMs'>;

/**
 * Times for each source that a participant ever publishes. A screen that is shared twice is one
 * publication for its receivers.
 */
export const publicationTimes = (participant: Acting): PublicationTimes[] => {
  const found = new Map<ActionSource, PublicationTimes>();
  const since = new Map<ActionSource, number>();
  const end = (source: ActionSource, fromMs: number, toMs: number): void => {
    since.delete(source);
    if (toMs > fromMs) found.get(source)?.times.push({ fromMs, toMs });
  };
  for (const { fromMs, tracks } of sendingPhases(participant)) {
    const sent = new Map(tracks.map((track) => [actionSourceOf(track), track.kind]));
    for (const [source, kind] of sent) {
      if (!since.has(source)) since.set(source, fromMs);
      if (!found.has(source)) found.set(source, { source, kind, times: [] });
    }
    for (const [source, began] of [...since]) if (!sent.has(source)) end(source, began, fromMs);
  }
  for (const [source, began] of [...since]) end(source, began, participant.leaveAtMs);
  return [...found.values()];
};
