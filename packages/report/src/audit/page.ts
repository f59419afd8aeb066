import type { Audit } from '@livekit-swarm/verify';
import type { ResultPage } from '../page/result-page.ts';
import { verifyPage } from '../verify/page.ts';

/** The verdict, what was found with its fix, and every check with all of its evidence. */
export const auditPage = (audit: Audit): ResultPage => ({
  ...verifyPage(audit),
  kind: 'audit',
  lead: `Security and isolation of ${audit.url}, from ${audit.startedAt} to ${audit.endedAt}, by livekit-swarm ${audit.version}. Exit code ${audit.exitCode}.`,
});
