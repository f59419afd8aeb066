import { expect, test } from 'vitest';
import { readySample } from '../../test/support/samples.ts';
import { READY_REPORTERS } from './index.ts';

test('the question first, then the checks, the answer, and what to do', () => {
  const text = READY_REPORTERS.text.render(readySample());
  expect(text).toMatch(
    /^Is wss:\/\/livekit\.example\.com fit for 3,000 participants of webinar, .* for 2h\?\n/,
  );
  expect(text).toContain('No: 1 check passed, 1 skipped\nErrors: udp\n');
  expect(text.endsWith('To do:\n  udp: a fix\n  turn: no answer\n')).toBe(true);
});
