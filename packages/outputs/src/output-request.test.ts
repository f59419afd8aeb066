import { describe, expect, it } from 'vitest';
import { parseOutputRequests } from './output-request.ts';

describe('parseOutputRequests', () => {
  it('reads names and URLs', () => {
    expect(
      parseOutputRequests(['otlp', 'prometheus-rw=http://localhost:9090/api/v1/write?a=b']),
    ).toEqual([
      { kind: 'otlp', url: null },
      { kind: 'prometheus-rw', url: 'http://localhost:9090/api/v1/write?a=b' },
    ]);
  });

  it.each([
    [
      ['prometheus=http://localhost'],
      /there is no output "prometheus"; did you mean prometheus-rw/,
    ],
    [['csv=file'], /no output "csv"; write NAME=URL; outputs are otlp, otlp-traces, prometheus-rw/],
    [['otlp='], /--out otlp=: names no URL/],
    [
      ['http://u:hidden@localhost/write?t=hidden'],
      /there is no output "http:\/\/localhost\/write"/,
    ],
    [
      ['otlp=http://u:hidden@localhost', 'otlp=http://u:hidden@localhost'],
      /--out otlp=http:\/\/localhost: is given twice/,
    ],
  ])('refuses %j', (texts, message) => {
    const error: unknown = catchError(() => parseOutputRequests(texts));
    expect(error).toMatchObject({ code: 'usage' });
    const { message: text, hint } = error as { message: string; hint: string };
    expect(`${text}; ${hint}`).toMatch(message);
    expect(`${text}; ${hint}`).not.toContain('hidden');
  });
});

const catchError = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
