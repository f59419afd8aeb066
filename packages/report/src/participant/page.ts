import type { ParticipantView } from '@livekit-swarm/analysis';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import {
  connectionFacts,
  eventTable,
  othersTable,
  roomText,
  sessionFacts,
  trackTable,
} from './facts.ts';
import { participantHeadline, participantLead } from './phrases.ts';

/** A participant as a page: connection, session, tracks, events, and the others in its room. */
export const participantPage = (view: ParticipantView): ResultPage => {
  const { participant, startedAt } = view;
  return {
    kind: 'participant',
    subject: participant.identity,
    tone: null,
    headline: participantHeadline(participant),
    lead: participantLead(view),
    asked: null,
    reasons: [],
    sections: [
      { title: 'Connection', table: factTable(connectionFacts(participant)) },
      { title: 'Session', table: factTable(sessionFacts(participant)) },
      {
        title: 'Tracks',
        table: trackTable(participant),
        note: 'The most affected first; loss after recovery; latency from publisher to subscriber.',
      },
      { title: 'Events', table: eventTable(participant) },
      roomSection(view),
    ],
    startedAt,
  };
};

const factTable = (facts: readonly [string, string][]): PageSection['table'] => ({
  head: ['fact', 'value'],
  rows: facts.map((fact) => [...fact]),
  left: [0, 1],
});

const roomSection = (view: ParticipantView): PageSection => ({
  title: `Others in room ${view.room.room}`,
  table: othersTable(view),
  note: `The room: ${roomText(view)}.`,
});
