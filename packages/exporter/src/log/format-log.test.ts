import { expect, it } from 'vitest';
import { createLog, type LogFormat } from './format-log.ts';
import type { LogLevel } from './log.ts';

const linesOf = (level: LogLevel, format: LogFormat): string[] => {
  const lines: string[] = [];
  const log = createLog({
    level,
    format,
    write: (line) => lines.push(line),
    now: () => new Date(0),
  });
  log.debug('GET /metrics');
  log.info('started');
  log.of('probes').warn('a "b"\nc=d');
  log.of('web').error('no');
  return lines;
};

it('writes logfmt, quoted where a value is not a word', () => {
  expect(linesOf('info', 'logfmt')).toEqual([
    'ts=1970-01-01T00:00:00.000Z level=info component=exporter msg=started\n',
    'ts=1970-01-01T00:00:00.000Z level=warn component=probes msg="a \\"b\\"\\nc=d"\n',
    'ts=1970-01-01T00:00:00.000Z level=error component=web msg=no\n',
  ]);
});

it('writes one JSON object a line', () => {
  const lines = linesOf('warn', 'json');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { ts: '1970-01-01T00:00:00.000Z', level: 'warn', component: 'probes', msg: 'a "b"\nc=d' },
    { ts: '1970-01-01T00:00:00.000Z', level: 'error', component: 'web', msg: 'no' },
  ]);
  for (const line of lines) expect(line.match(/\n/g)).toHaveLength(1);
});

it.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
] as const)('leaves out what is less important than %s', (level, count) => {
  expect(linesOf(level, 'logfmt')).toHaveLength(count);
});
