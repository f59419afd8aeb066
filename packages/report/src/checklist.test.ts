import { expect, it } from 'vitest';
import { renderChecklist } from './checklist.ts';
import { COLUMNS, wrap } from './text-layout.ts';

const LONG = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');

it('lines up names and findings, and puts lines below the findings', () => {
  expect(
    renderChecklist([
      { mark: '✓', name: 'dns', finding: 'resolves', below: [] },
      { mark: '✗', name: 'turn-tls', finding: 'fails', below: ['no answer', '→ open the port'] },
    ]),
  ).toEqual([
    '  ✓  dns       resolves',
    '  ✗  turn-tls  fails',
    '               no answer',
    '               → open the port',
  ]);
});

it('keeps lines whole unless they are to break', () => {
  const entries = [{ mark: '✗', name: 'turn-tls', finding: 'fails', below: [LONG] }];
  expect(renderChecklist(entries)).toHaveLength(2);
  const lines = renderChecklist(entries, (text, columns) => wrap('→ ', text, columns));
  expect(lines.length).toBeGreaterThan(3);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS);
  expect(lines[1]).toMatch(/^ {15}→ word0 /);
  expect(lines[2]).toMatch(/^ {17}word/);
});

it('is empty without entries', () => {
  expect(renderChecklist([])).toEqual([]);
});
