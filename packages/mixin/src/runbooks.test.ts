import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALERTS } from './alerts/index.ts';
import { runbookName } from './rule.ts';

const folder = new URL('../../../docs/runbooks/', import.meta.url);

describe.each(ALERTS)('the runbook of $name', ({ name }) => {
  const text = readFileSync(new URL(`${runbookName(name)}.md`, folder), 'utf8');

  it('has the sections Meaning, Impact, Diagnosis and Mitigation', () => {
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      'Meaning',
      'Impact',
      'Diagnosis',
      'Mitigation',
    ]);
    for (const part of text.split(/^## .*$/m).slice(1))
      expect(part.trim().length).toBeGreaterThan(20);
  });
});

it('every runbook belongs to an alert', () => {
  const known = ALERTS.map(({ name }) => `${runbookName(name)}.md`);
  expect(
    readdirSync(folder)
      .filter((file) => file !== 'README.md')
      .sort(),
  ).toEqual(known.sort());
});
