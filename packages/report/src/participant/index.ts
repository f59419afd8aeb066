import type { ParticipantView } from '@livekit-swarm/analysis';
import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { participantPage } from './page.ts';
import { renderParticipantText } from './text.ts';

/** Every reporter of `swarm report --participant` by its name. */
export const PARTICIPANT_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'participant.txt', render: renderParticipantText },
  json: {
    about: 'one object, for machines',
    fileName: 'participant.json',
    render: (view) =>
      jsonText(finiteDeep({ schema: 'livekit-swarm/participant/1', ...view }) as object),
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'participant.md',
    render: (view) => renderPageMarkdown(participantPage(view)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'participant.html',
    render: (view) => renderPage(participantPage(view)),
  },
} as const satisfies Record<Format<'participant'>, Reporter<ParticipantView>>;
