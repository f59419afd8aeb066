import type { NightResult } from '@livekit-swarm/chaos/night';
import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderNightJunit } from './junit.ts';
import { nightPage } from './page.ts';
import { renderNightText } from './text.ts';

export { leftOutText, lineText, outcomeText } from './phrases.ts';

/** Every reporter of a night of drills by its name. */
export const NIGHT_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'night.txt', render: renderNightText },
  json: {
    about: 'one object, for machines',
    fileName: 'result.json',
    render: (result) => jsonText(finiteDeep(result)),
  },
  junit: {
    about: 'JUnit XML: one test case for each drill',
    fileName: 'night-junit.xml',
    render: renderNightJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'night.md',
    render: (result) => renderPageMarkdown(nightPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'night.html',
    render: (result) => renderPage(nightPage(result)),
  },
} as const satisfies Record<Format<'night'>, Reporter<NightResult>>;
