import type { RoomView } from '@livekit-swarm/sessions';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { sessionPage } from './page.ts';
import { renderSessionText } from './text.ts';

/** Every reporter of `swarm session` by its name. The web page of a session is the exporter's. */
export const SESSION_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'session.txt', render: renderSessionText },
  json: {
    about: 'one object, for machines',
    fileName: 'session.json',
    render: (view) => jsonText({ schema: 'livekit-swarm/session/1', ...view }),
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'session.md',
    render: (view) => renderPageMarkdown(sessionPage(view)),
  },
} as const satisfies Record<Format<'session'>, Reporter<RoomView>>;
