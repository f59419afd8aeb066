import type { Verification } from '@livekit-swarm/verify';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import type { Reporter } from '../reporter.ts';
import { renderVerificationJunit } from './junit.ts';
import { renderVerification } from './text.ts';

/** Every reporter of `swarm verify` by its name. */
export const VERIFY_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'verify.txt', render: renderVerification },
  json: {
    about: 'one object, for machines',
    fileName: 'verify.json',
    render: (verification) => jsonText({ schema: 'livekit-swarm/verify/1', ...verification }),
  },
  junit: {
    about: 'JUnit XML: one test case for each check',
    fileName: 'verify-junit.xml',
    render: renderVerificationJunit,
  },
} as const satisfies Record<Format<'verify'>, Reporter<Verification>>;
