import { readFileSync } from 'node:fs';
import { ALERTS, runbookName } from '@livekit-swarm/mixin';
import { describe, expect, it } from 'vitest';
import { percentsIn, percentsOf, secondsIn, shortestFor } from './rule-numbers.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Other percentages on the page of an alert, which are not in its rule. */
const OTHERS: Readonly<Record<string, readonly number[]>> = {
  // A full memory has 100 %; at 95 %, the page advises to call for help.
  LiveKitMemoryHigh: [100, 95],
};

const alertsNamed = (name: string) => ALERTS.filter((alert) => alert.name === name);

describe.each([...new Set(ALERTS.map(({ name }) => name))])('the runbook of %s', (name) => {
  const page = read(`docs/runbooks/${runbookName(name)}.md`);
  const section = (title: string): string =>
    page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

  it.each(['Meaning', 'Impact', 'Exit condition', 'Escalation'])(
    'quotes in %s only percentages of the rule',
    (title) => {
      const known = [...percentsOf(alertsNamed(name)), ...(OTHERS[name] ?? [])];
      for (const percent of percentsIn(section(title))) expect(known).toContain(percent);
    },
  );
});

/** Rows of the table of measured times: alert, and the time with the original rules. */
const rows = [
  ...read('docs/alert-evidence.md').matchAll(
    /^\| \[(\w+)\]\(runbooks\/[\w-]+\.md\)(?:, window (\w+))?[^|]*\|[^|]*\| ([^|]*) \|/gm,
  ),
].map(([, name = '', window, shipped = '']) => ({ name, window, shipped: shipped.trim() }));

describe('docs/alert-evidence.md, the times of alerts as shipped', () => {
  it('has alerts that exist', () => {
    expect(rows.length).toBeGreaterThan(25);
    expect(rows.map(({ name }) => name).filter((name) => alertsNamed(name).length === 0)).toEqual(
      [],
    );
  });

  it.each(rows.filter(({ name, shipped }) => shipped !== 'changed' && name !== 'Watchdog'))(
    '$name $window: $shipped is possible with the rule',
    ({ name, window, shipped }) => {
      const alerts = alertsNamed(name).filter(
        ({ labels }) => window === undefined || labels?.window === window,
      );
      const held = shortestFor(alerts);
      // An alert cannot fire before its condition has held for the time of its rule.
      if (shipped.startsWith('waits for')) expect(secondsIn(shipped)).toBe(held);
      else expect(secondsIn(shipped)).toBeGreaterThanOrEqual(held);
    },
  );
});

it('reads durations and percentages of pages and rules', () => {
  expect(['1m30s', '1 min 34 s', '6 h', '0s', '9.7 s'].map(secondsIn)).toEqual([
    90, 94, 21_600, 0, 9.7,
  ]);
  expect(percentsIn('from 2 % to 14.4 %, 5%')).toEqual([2, 14.4, 5]);
  expect(() => secondsIn('soon')).toThrow('not a duration');
});
