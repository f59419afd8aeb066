import type { Subject } from './finding.ts';
import type { ObservedSession } from './observation.ts';

export const subjectOf = ({ sid, identity, path }: ObservedSession): Subject => ({
  type: 'participant',
  sid,
  identity,
  path,
});
