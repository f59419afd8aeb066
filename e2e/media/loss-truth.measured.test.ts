import { DEFAULT_LIVEKIT_VERSION, TESTED_VERSIONS } from '@livekit-swarm/lab';
import { testLoss } from '../support/loss-truth.ts';

/** The newest one is in `loss-truth.smoke.test.ts`. */
for (const version of TESTED_VERSIONS) if (version !== DEFAULT_LIVEKIT_VERSION) testLoss(version);
