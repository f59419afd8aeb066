/** Real faults of media, CPU and memory raise the right alerts, which reach a webhook, and no other. */
import { MEDIA_FAULTS } from './support/drill/fault-groups.ts';
import { testFaults } from './support/real-faults.ts';

testFaults(MEDIA_FAULTS);
