import { AUDIT_ONLY, CHECKS, type Check } from '@livekit-swarm/verify';
import { code, table } from './markdown.ts';

const checksTable = (checks: readonly Check[]): string =>
  table(
    ['check', 'passes when', 'severity', 'what a finding means', 'fix'],
    checks.map(({ id, title, severities, cause, fix }) => [
      code(id),
      title,
      severities.join(', '),
      cause,
      fix,
    ]),
  );

/** Table of the checks of `swarm verify`, in their order. */
export const verifyChecksTable = (): string => checksTable(CHECKS);

/** Table of the checks that only `swarm audit` makes. */
export const auditChecksTable = (): string => checksTable(AUDIT_ONLY);
