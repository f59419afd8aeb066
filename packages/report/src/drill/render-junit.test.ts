import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillResult } from '@livekit-swarm/chaos';
import { parse } from 'test-results-parser';
import { afterAll, describe, expect, it } from 'vitest';
import {
  emptyDrill,
  passedDrill,
  splitBrainDrill,
  variedDrill,
  voidDrill,
} from '../../../chaos/test/support/drill-results.ts';
import { renderDrillJunit } from './render-junit.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-drill-junit-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Suite {
  name: string;
  total: number;
  passed: number;
  failed: number;
  errors: number;
  status: string;
  metadata: Record<string, unknown>;
  cases: { name: string; status: string; failure: string }[];
}

/** Suites as a foreign library parses them. */
const readBack = (results: DrillResult[], strict = false): Suite[] => {
  const file = join(dir, 'junit.xml');
  writeFileSync(file, renderDrillJunit(results, { strict }));
  return (parse({ type: 'junit', files: [file] }) as { suites: Suite[] }).suites;
};

const suiteOf = (result: DrillResult, strict = false): Suite => {
  const [suite] = readBack([result], strict);
  if (suite === undefined) throw new Error('there is no suite');
  return suite;
};

describe('JUnit XML of drills, read by another tool', () => {
  it('has a case for the verdict and one for each objective', () => {
    const suite = suiteOf(passedDrill());
    expect(suite).toMatchObject({ name: 'kill-room-node', failed: 0, errors: 0, status: 'PASS' });
    expect(suite.cases.map(({ name }) => name)).toEqual([
      'verdict',
      'time to recover p95',
      'subscriptions not recovered',
      'rooms without media',
      'rooms in split brain',
      'longest interruption in the control group',
      'join probes connected',
      'alerts',
    ]);
    expect(suite.metadata).toMatchObject({
      deployment: 'lab of 3 nodes',
      server_version: '1.13.4',
      'time_to_recover.max.max': 10447,
    });
  });

  it('does not fail what is known to fail, unless one is strict', () => {
    expect(suiteOf(splitBrainDrill())).toMatchObject({ failed: 0, errors: 0, status: 'PASS' });
    const strict = suiteOf(splitBrainDrill(), true);
    expect(strict).toMatchObject({ failed: 4, errors: 0, status: 'FAIL' });
    expect(strict.cases.find(({ name }) => name === 'rooms in split brain')).toMatchObject({
      status: 'FAIL',
      failure: '1, expected at most 0',
    });
  });

  it('shows known failures', () =>
    expect(renderDrillJunit([splitBrainDrill()])).toContain(
      'known failure: 1, expected at most 0',
    ));

  it('fails unexpected failures, with their repeat', () => {
    const suite = suiteOf(variedDrill());
    expect(suite).toMatchObject({ failed: 3, errors: 0, status: 'FAIL' });
    expect(suite.cases.filter(({ status }) => status === 'FAIL').map(({ name }) => name)).toEqual([
      'verdict',
      'subscriptions not recovered (repeat 1)',
      'rooms in split brain (repeat 1)',
    ]);
  });

  it.each([
    ['void', voidDrill()],
    ['interrupted', emptyDrill()],
  ])('takes no objective of a drill that is %s for reached', (_, result) => {
    const suite = suiteOf(result);
    expect(suite).toMatchObject({ failed: 0, passed: 0, status: 'FAIL' });
    expect(suite.errors).toBe(suite.total);
  });

  it('has a suite for each of several drills', () =>
    expect(
      readBack([passedDrill(), variedDrill()]).map(({ name, status }) => [name, status]),
    ).toEqual([
      ['kill-room-node', 'PASS'],
      ['hang-10s', 'FAIL'],
    ]));

  it('looks as in golden/', async () => {
    await expect(renderDrillJunit([variedDrill()])).toMatchFileSnapshot('golden/varied.junit.xml');
  });
});
