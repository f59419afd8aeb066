import type { PathCheck } from '@livekit-swarm/probe';
import { type CheckResult, found, passed, unknown } from '../check.ts';

/** Sentence about a path; it names the node if there are several. */
export const describePath = (check: PathCheck): string => {
  const where = `${check.path}${check.node === null ? '' : ` to ${check.node}`}`;
  switch (check.outcome) {
    case 'works': {
      const joined =
        check.joinTimeMs === null ? '' : `, joined after ${Math.round(check.joinTimeMs)} ms`;
      return `${where} works (${check.announced.join(', ')}${joined})`;
    }
    case 'failed':
      return `${where} failed (${check.reason}): ${check.message}; announced: ${check.announced.join(', ')}`;
    case 'not_offered':
      return `${where} is not offered`;
  }
};

/** Code of a join that took so long that its other results do not count. */
const SLOW = 'join_slow';

/**
 * Result for one path, or for several of which each offered one must work.
 * @param absent result if none is offered
 */
export const pathsRule = (
  checks: readonly PathCheck[],
  absent: 'error' | 'warning',
): CheckResult => {
  const [slow] = checks.filter(({ reason }) => reason === SLOW);
  const failed = checks.filter(({ outcome, reason }) => outcome === 'failed' && reason !== SLOW);
  if (failed.length > 0)
    return found('error', failed.map(describePath), failed[0]?.hint ?? undefined);
  if (slow !== undefined)
    return unknown(
      `${describePath(slow)}. This host or the server is overloaded: a configuration does not show`,
    );
  if (checks.every(({ outcome }) => outcome === 'not_offered'))
    return found(absent, checks.map(describePath), checks[0]?.hint ?? undefined);
  return passed(...checks.filter(({ outcome }) => outcome === 'works').map(describePath));
};
