import { expect, test } from 'vitest';
import { FAULTS } from '../faults/index.ts';
import { canOverlap, terminatesProcess } from './fault-conflicts.ts';

const fault = (name: string): { name: string; terminates: boolean } => {
  const found = FAULTS.get(name);
  if (found === undefined) throw new RangeError(`no fault ${name}`);
  return { name, terminates: terminatesProcess(found) };
};

test.each(['hang', 'cpu-pressure', 'memory-pressure'])(
  '%s does not survive the end of its process, so nothing may end it meanwhile',
  (name) => {
    for (const end of ['kill', 'drain', 'graceful-stop', 'restart', 'upgrade', 'change-keys'])
      expect(canOverlap(fault(name), fault(end)), end).toBe(false);
    expect(canOverlap(fault('drain'), fault(name))).toBe(false);
  },
);

test('packet loss holds for the next process, too', () => {
  expect(canOverlap(fault('packet-loss'), fault('restart'))).toBe(true);
});
