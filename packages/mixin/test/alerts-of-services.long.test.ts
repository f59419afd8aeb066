/** Real faults of services around the nodes raise the right alerts, which reach a webhook, and no other. */
import { SERVICE_FAULTS } from './support/drill/fault-groups.ts';
import { testFaults } from './support/real-faults.ts';

testFaults(SERVICE_FAULTS);
