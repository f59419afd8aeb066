import { expect, test } from 'vitest';
import { sipSample } from '../../test/support/samples.ts';
import { SIP_REPORTERS } from './index.ts';
import { findingTexts, NEVER_RUN } from './phrases.ts';

test('shows outcomes, times, and calls with problems', () => {
  const text = SIP_REPORTERS.text.render(sipSample()).replaceAll(/\n {4}/g, ' ');
  for (const line of [
    '2 of 4 calls answered; 2 began in a second, 2 a second requested, at most 10 open.',
    '486          1   25 %  Busy Here',
    'none         1   25 %  no answer',
    '0:01: call 2 to 486: refused with 486 (Busy Here)',
    '0:00.5: call 3 to a"<script>alert(1)</script>: no response',
    'call 4 to 900: the caller received no audio; the REFER was not answered',
    'Verdict: failed',
  ])
    expect(text).toContain(line);
});

test('every form names what was never run', () => {
  for (const { render } of Object.values(SIP_REPORTERS))
    expect(render(sipSample()).replaceAll(/&#x27;|&apos;|&#39;|\\'/g, "'")).toContain(
      NEVER_RUN.slice(-40, -1),
    );
});

test('a call that was answered when it was cancelled already is not one without an answer', () => {
  const result = sipSample();
  const texts = (lateAnswerAtMs: number | null): string[] =>
    findingTexts({
      ...result,
      run: {
        ...result.run,
        calls: result.run.calls.slice(0, 1).map((call) => ({
          ...{ ...call, media: null },
          signalling: {
            ...{ ...call.signalling, answeredAtMs: null, status: null, end: 'no_answer' as const },
            ...{ cancelledAtMs: 5_400, lateAnswerAtMs },
          },
        })),
      },
    });
  expect(texts(5_410)).toEqual(['0:00: call 1 to 100: answered after it was cancelled']);
  expect(texts(null)).toEqual(['0:00: call 1 to 100: not answered in time']);
});
