/** The planted faults that stand for the others, in a minute; planted-faults.long.test.ts has the rest. */

import { testPlantedFaults } from '../support/planted-fault-tests.ts';
import { OFTEN_PLANTED } from '../support/planted-faults.ts';

testPlantedFaults((fault) => OFTEN_PLANTED.has(fault));
