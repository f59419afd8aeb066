import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import type { Reporter } from '../reporter.ts';
import type { Connectivity } from './connectivity.ts';
import { renderConnectivityJunit } from './junit.ts';
import { renderConnectivity } from './text.ts';

export type { Connectivity } from './connectivity.ts';

/** Every reporter of `swarm connectivity` by its name. */
export const CONNECTIVITY_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'connectivity.txt', render: renderConnectivity },
  json: {
    about: 'one object, for machines',
    fileName: 'connectivity.json',
    render: ({ url, checks }) => jsonText({ schema: 'livekit-swarm/connectivity/1', url, checks }),
  },
  junit: {
    about: 'JUnit XML: one test case for each path',
    fileName: 'connectivity-junit.xml',
    render: renderConnectivityJunit,
  },
} as const satisfies Record<Format<'connectivity'>, Reporter<Connectivity>>;
