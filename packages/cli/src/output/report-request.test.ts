import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseReportRequest, parseReportRequests } from './report-request.ts';

it.each([
  ['text', { name: 'text', to: null }],
  ['json=-', { name: 'json', to: 'stdout' }],
  ['json=out/result.json', { name: 'json', to: { file: 'out/result.json' } }],
  ['json= with blanks.json ', { name: 'json', to: { file: 'with blanks.json' } }],
  ['json=a=b.json', { name: 'json', to: { file: 'a=b.json' } }],
  ['text=out/', { name: 'text', to: { file: 'out/report.txt' } }],
  ['text=.', { name: 'text', to: { file: 'report.txt' } }],
])('reads %s', (text, request) => {
  expect(parseReportRequest(text)).toEqual(request);
});

it('puts a report into a folder that is there', () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-report-'));
  expect(parseReportRequest(`json=${dir}`)).toEqual({
    name: 'json',
    to: { file: join(dir, 'result.json') },
  });
  rmSync(dir, { recursive: true });
});

it.each([
  ['junti=x', 'there is no report "junti"', 'did you mean junit?'],
  ['PDF', 'there is no report "PDF"', 'reports are text, json'],
  ['', 'there is no report ""', 'reports are'],
  ['toString', 'there is no report "toString"', 'reports are'],
  ['json=', 'names no file', 'write --report json=result.json'],
])('refuses %j', (text, message, hint) => {
  expect(() => parseReportRequest(text)).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});

it('refuses two that would be written to one place', () => {
  expect(() => parseReportRequests(['text=-'], true)).toThrow(
    'text and json would be written to stdout',
  );
  expect(() => parseReportRequests(['json=a', 'text=./a'], false)).toThrow(
    'json and text would be written to ./a',
  );
  expect(() => parseReportRequests(['json', 'json'], false)).toThrow(
    'json twice would be written to the usual place of json',
  );
  expect(parseReportRequests(['json=a', 'json=b', 'text=-'], false)).toHaveLength(3);
  expect(parseReportRequests(['json=a'], true)).toHaveLength(2);
});
