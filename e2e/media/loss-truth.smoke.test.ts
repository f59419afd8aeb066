import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { testLoss } from '../support/loss-truth.ts';

testLoss(DEFAULT_LIVEKIT_VERSION);
