import type { RollResult } from '@livekit-swarm/chaos/roll';
import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderRollJunit } from './junit.ts';
import { rollPage } from './page.ts';
import { renderRollText } from './text.ts';

/** Every reporter of a roll by its name. */
export const ROLL_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'roll.txt', render: renderRollText },
  json: {
    about: 'one object, for machines',
    fileName: 'roll.json',
    render: (result) => jsonText(finiteDeep(result)),
  },
  junit: {
    about: 'JUnit XML: one test case for each change of a node and each objective',
    fileName: 'roll-junit.xml',
    render: renderRollJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'roll.md',
    render: (result) => renderPageMarkdown(rollPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'roll.html',
    render: (result) => renderPage(rollPage(result)),
  },
} as const satisfies Record<Format<'roll'>, Reporter<RollResult>>;
