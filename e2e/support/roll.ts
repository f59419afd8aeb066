/** Calls and conditions for tests of `swarm roll`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RollResult } from '@livekit-swarm/chaos/roll';
import { expect } from 'vitest';
import { expectDrillPassedUnlessBusy } from './busy-host.ts';
import { type Outcome, scratch } from './swarm.ts';

const CALLS = `scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 2
    joinRate: 10/s
    duration: 20s
    roles:
      speaker: { count: 2, publish: audio }
`;

/** Conditions that calls also meet on a host that other programs use. */
const DRILL = `drill: roll
faults: []
objectives: { timeToRecover: { max: 60s }, controlGroup: any }
`;

/** Nodes whose clients learn within seconds that a node is gone. */
const FAST = 'signal_relay: { retry_timeout: 2s }\n';

interface RollFiles {
  /** Flags with the calls, the conditions, and times that suit both. */
  flags: string[];
  /** Configuration of a node. */
  before: string;
  /** Another one, which contains `CHANGED`. */
  after: string;
}

export const CHANGED = 'empty_timeout: 17';

/** Files of a roll, in a folder that is removed after the test. */
export const rollFiles = (): RollFiles => {
  const dir = scratch();
  const file = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    flags: [
      ...['--load', file('calls.yaml', CALLS), '--drill', file('drill.yaml', DRILL)],
      ...['--drain', '1s', '--gate', '60s', '--settle', '2s'],
    ],
    before: file('before.yaml', FAST),
    after: file('after.yaml', `${FAST}room: { ${CHANGED} }\n`),
  };
};

export const rollResultOf = ({
  stdout,
  stderr,
}: Pick<Outcome, 'stdout' | 'stderr'>): RollResult => {
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as RollResult;
};

/** Expect that a roll passed, or that this host was too busy to judge it. */
export const expectRolledUnlessBusy = (exit: Outcome['exit'], { drill }: RollResult): void =>
  expectDrillPassedUnlessBusy(exit, drill);
