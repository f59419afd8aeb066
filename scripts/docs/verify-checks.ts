import { CHECKS } from '@livekit-swarm/verify';
import { code, table } from './markdown.ts';

/** Table of the checks of `swarm verify`, in their order. */
export const verifyChecksTable = (): string =>
  table(
    ['check', 'passes when', 'severity', 'what a finding means', 'fix'],
    CHECKS.map(({ id, title, severities, cause, fix }) => [
      code(id),
      title,
      severities.join(', '),
      cause,
      fix,
    ]),
  );
