/** The planted faults that planted-faults.measured.test.ts leaves out. */

import { testPlantedFaults } from '../support/planted-fault-tests.ts';
import { OFTEN_PLANTED } from '../support/planted-faults.ts';

testPlantedFaults((fault) => !OFTEN_PLANTED.has(fault));
