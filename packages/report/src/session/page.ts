import {
  clockText,
  eventText,
  evidenceText,
  findingText,
  type RoomView,
  timeText,
} from '@livekit-swarm/sessions';
import { plural } from '@livekit-swarm/settings';
import { formatShare } from '../format.ts';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import { NO_FINDING, subjectText, TRUNCATED } from './phrases.ts';

/** Impaired legs with their evidence, the sessions, and their events. */
export const sessionPage = (view: RoomView): ResultPage => {
  const { fromMs, toMs, findings, truncated, room } = view;
  const [first] = findings;
  return {
    kind: 'session',
    subject: room,
    tone: null,
    headline: first === undefined ? 'No impaired leg' : findingText(first),
    lead: `${subjectText(view)}, ${timeText(fromMs)} to ${timeText(toMs)} UTC.`,
    asked: null,
    reasons: [...(first === undefined ? [NO_FINDING] : []), ...(truncated ? [TRUNCATED] : [])],
    sections: [findingSection(view), sessionSection(view), eventSection(view)],
    startedAt: null,
  };
};

const findingSection = ({ findings }: RoomView): PageSection => ({
  title: 'Impaired legs',
  table: {
    head: ['finding', 'from', 'to', 'confidence', 'evidence'],
    rows: findings.map((finding) => [
      findingText(finding),
      clockText(finding.fromMs),
      clockText(finding.toMs),
      finding.confidence,
      finding.evidence.map(evidenceText).join('; '),
    ]),
    left: [0, 1, 2, 3, 4],
  },
});

const sessionSection = ({ sessions }: RoomView): PageSection => ({
  title: plural(sessions.length, 'session'),
  table: {
    head: ['identity', 'joined', 'left', 'node', 'path', 'most lost ↑', '↓'],
    rows: sessions.map(({ identity, joinedMs, leftMs, node, path, figures }) => [
      identity,
      clockText(joinedMs),
      leftMs === null ? '–' : clockText(leftMs),
      node ?? '–',
      path ?? '–',
      mostOf(figures.map(({ up }) => up)),
      mostOf(figures.map(({ down }) => down)),
    ]),
    left: [0, 1, 2, 3, 4],
  },
});

/** The highest share; a dash where nothing was measured. */
const mostOf = (shares: readonly (number | null)[]): string => {
  const known = shares.filter((share) => share !== null);
  return known.length === 0 ? '–' : formatShare(Math.max(...known));
};

const eventSection = ({ events, sessions }: RoomView): PageSection => {
  const identityOf = new Map(sessions.map(({ sid, identity }) => [sid, identity]));
  return {
    title: 'Events',
    table: {
      head: ['time (UTC)', 'event'],
      rows: events.map((event) => [clockText(event.atMs), eventText(event, identityOf)]),
      left: [0, 1],
    },
  };
};
