/** Real faults of processes raise the right alerts, which reach a webhook, and no other. */
import { PROCESS_FAULTS } from './support/drill/fault-groups.ts';
import { testFaults } from './support/real-faults.ts';

testFaults(PROCESS_FAULTS);
