import type { Audit } from '@livekit-swarm/verify';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderChecksJunit } from '../verify/junit.ts';
import { auditPage } from './page.ts';
import { renderAudit } from './text.ts';

/** Every reporter of `swarm audit` by its name. */
export const AUDIT_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'audit.txt', render: renderAudit },
  json: {
    about: 'one object, for machines',
    fileName: 'audit.json',
    render: (audit) => jsonText({ schema: 'livekit-swarm/audit/1', ...audit }),
  },
  junit: {
    about: 'JUnit XML: one test case for each check',
    fileName: 'audit-junit.xml',
    render: (audit) => renderChecksJunit('audit', audit),
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'audit.md',
    render: (audit) => renderPageMarkdown(auditPage(audit)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'audit.html',
    render: (audit) => renderPage(auditPage(audit)),
  },
} as const satisfies Record<Format<'audit'>, Reporter<Audit>>;
