import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findProblems } from '../test/support/find-problems.ts';
import { runbookName } from './rule.ts';
import { ALERTS } from './shipped.ts';

const folder = new URL('../../../docs/runbooks/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

const SECTIONS = [
  'Meaning',
  'Impact',
  'First minute',
  'Diagnosis',
  'Commands',
  'Mitigation',
  'Exit condition',
  'Escalation',
  'Follow-up',
];

describe.each([...new Set(ALERTS.map(({ name }) => name))])('the runbook of %s', (name) => {
  const text = read(`${runbookName(name)}.md`);

  it(`has the sections ${SECTIONS.join(', ')}`, () => {
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(SECTIONS);
    for (const part of text.split(/^## .*$/m).slice(1))
      expect(part.replace(/<!--[\s\S]*?-->/g, '').trim().length).toBeGreaterThan(4);
  });

  it('has a question or a sentence before each block of queries', () => {
    const pieces = (text.split('## Meaning')[1] ?? '').split(/^ *```promql$/m);
    for (const piece of pieces.slice(0, -1)) {
      const last = piece.trimEnd().split('\n').at(-1) ?? '';
      expect(last, piece.slice(-200)).toMatch(/[?:.]$/);
    }
  });

  it('has a query that confirms the alert', () => {
    const handWritten = text
      .replace(/<!-- (alert|first-minute):[\s\S]*?<!-- \/\1 -->/g, '')
      .split('## First minute')[1]
      ?.split('## ')[0];
    expect(handWritten).toContain('Is it real?');
    expect(handWritten).toContain('```promql');
  });
});

it('every runbook belongs to an alert', () => {
  const known = new Set(ALERTS.map(({ name }) => `${runbookName(name)}.md`));
  expect(
    readdirSync(folder)
      .filter((file) => file !== 'README.md')
      .sort(),
  ).toEqual([...known].sort());
});

/**
 * Queries of a page: one per line in hand-written blocks; the expression of an alert spans several
 * lines.
 */
const queriesIn = (page: string): string[] => {
  const alert = /<!-- alert:[\s\S]*?<!-- \/alert -->/.exec(page)?.[0] ?? '';
  const blocks = (text: string): string[] =>
    [...text.matchAll(/^ *```promql\n([\s\S]*?)^ *```/gm)].map(([, block = '']) => block);
  return [
    ...blocks(alert),
    ...blocks(page.replace(alert, '')).flatMap((block) => block.trim().split('\n')),
  ];
};

const queries = readdirSync(folder).flatMap((file) =>
  queriesIn(read(file)).map((expr) => ({ file, expr })),
);

it('finds the queries of the pages', () => {
  expect(queries.length).toBeGreaterThan(80);
});

it.each(queries)('$file: uses only exported metrics and labels: $expr', ({ expr }) => {
  expect(findProblems({ expr })).toEqual([]);
});
