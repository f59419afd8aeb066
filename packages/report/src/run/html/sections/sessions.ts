import {
  type ParticipantHistories,
  type ParticipantHistory,
  stateIntervals,
} from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { preciseClock } from '../../../format.ts';
import type { SessionData, SessionsData } from '../../../html/charts/chart-data.ts';
import { json, type Markup, untrusted } from '../../../html/markup.ts';
import { connectionFacts, trackTable } from '../../../participant/facts.ts';
import { eventDetailText, eventTone, participantEventText } from '../../../participant/phrases.ts';

/**
 * Most characters of sessions in a page, of which a run of 10,000 participants has many: the most
 * affected come first, the others are shown by the command that the page names.
 */
const MAX_CHARACTERS = 450_000;
/** Most tracks of a session in a page; participants of large rooms have hundreds. */
const MAX_TRACKS = 12;

/**
 * Sessions for the script of the page, in the order of the table of participants. Texts are made
 * here, so that the page and `swarm report --participant` cannot differ.
 * @param record of the command that shows a participant whose session is left out
 */
export const sessionsData = (
  { participants }: ParticipantHistories,
  runMs: number,
  record: string | null,
): Markup => {
  const sessions: SessionData[] = [];
  let characters = 0;
  for (const participant of participants) {
    const session = sessionOf(participant, runMs);
    characters += JSON.stringify(session).length;
    if (characters > MAX_CHARACTERS) break;
    sessions.push(session);
  }
  const [first] = participants;
  const head = first === undefined ? [] : trackTable(first).head;
  return json({ record, head, sessions } satisfies SessionsData);
};

const sessionOf = (participant: ParticipantHistory, runMs: number): SessionData => {
  const { detail, events, eventCount } = participant;
  const few = { ...participant, detail: { ...detail, tracks: detail.tracks.slice(0, MAX_TRACKS) } };
  return {
    facts: connectionFacts(participant).map(([term, value]) => [term, untrusted(value)]),
    tracks: trackTable(few).rows.map((row) => row.map(untrusted)),
    moreTracks: more(detail.trackCount - few.detail.tracks.length),
    states: stateIntervals(participant, runMs).map(({ state, fromMs, toMs }) => [
      state,
      Math.round((fromMs / runMs) * 1_000) / 10,
      Math.round(((toMs - fromMs) / runMs) * 1_000) / 10,
    ]),
    events: events.map((event) => [
      preciseClock(event.at),
      eventTone(event),
      participantEventText(event),
      eventDetailText(event),
    ]),
    moreEvents: more(eventCount - events.length),
  };
};

const more = (count: number): string => (count > 0 ? formatNumber(count) : '');
