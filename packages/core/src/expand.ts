import { audiosHeard, videosShown } from './layout.ts';
import type { LoadSpec, ParticipantPlan, Plan, TrackPlan } from './plan.ts';

/** What an identity begins with, so that the tracks of strangers in a shared room are told from ours. */
export const identityPrefix = (run: string): string => `${run}-`;

/** The name of room `number` (from 1) of a run. */
export const roomName = (spec: LoadSpec, run: string, number: number): string =>
  spec.room ?? `${spec.roomPrefix}-${run}-${number}`;

/** When the last participant is due, ms after the start. */
export const lastJoinAtMs = (spec: LoadSpec): number =>
  Math.max(0, ((spec.rooms * (spec.participants + spec.subscribers) - 1) * 1_000) / spec.joinRate);

/**
 * Writes out who joins what and when. The same spec and run always give the same plan. Rooms fill in turn, so that those who are in first are
 * in full rooms; within a room those who publish come first.
 * @param run short random word, part of the rooms' names and of the identities, so that runs never meet
 */
export const expandPlan = (spec: LoadSpec, run: string): Plan => {
  const perRoom = spec.participants + spec.subscribers;
  const tracks = trackPlans(spec);
  const participants: ParticipantPlan[] = [];
  for (let number = 1; number <= spec.rooms; number++) {
    for (let member = 0; member < perRoom; member++) {
      const speaks = member < spec.participants;
      const index = participants.length;
      participants.push({
        index,
        identity: `${identityPrefix(run)}${number}-${speaks ? `p${member + 1}` : `s${member - spec.participants + 1}`}`,
        room: roomName(spec, run, number),
        role: speaks && (tracks.length > 0 || spec.data !== null) ? 'publisher' : 'subscriber',
        joinAtMs: (index * 1_000) / spec.joinRate,
        publish: speaks ? tracks : [],
        layout: spec.layout,
        data: speaks && spec.data !== null ? [spec.data] : [],
        expects: expectedTracks(spec, speaks),
      });
    }
  }
  const last = lastJoinAtMs(spec);
  return { spec, participants, lastJoinAtMs: last, endAtMs: last + spec.durationMs };
};

const trackPlans = (spec: LoadSpec): TrackPlan[] =>
  spec.publish.map((kind) =>
    kind === 'audio' ? { kind } : { kind, codec: spec.codec, resolution: spec.video, simulcast: spec.simulcast },
  );

/** Nobody receives what they publish themselves. */
const expectedTracks = (spec: LoadSpec, speaks: boolean): { audio: number; video: number } => {
  const others = speaks ? spec.participants - 1 : spec.participants;
  return {
    audio: spec.publish.includes('audio') ? audiosHeard(spec.layout, others) : 0,
    video: spec.publish.includes('video') ? videosShown(spec.layout, others) : 0,
  };
};
