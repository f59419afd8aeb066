import { expect, test } from 'vitest';
import { hlsSample } from '../../test/support/samples.ts';
import { renderHls } from './text.ts';

test('shows findings in the order of time, from the start of the audience', () => {
  const text = renderHls(hlsSample()).replaceAll(/\n {4}/g, ' ');
  for (const line of [
    '0:05 to 0:07: a"<script>alert(1)</script>: HTTP 404; 9 requests of 3 listeners',
    '0:11: 3 listeners skipped segment 7, 2,000 ms: it could not be loaded',
    '0:15.1 to 0:24.1: the playlist stayed at segment 19 for 8,950 ms ±150 ms; 3 listeners noticed it',
    '0:21 to 0:24.3: 2 listeners had nothing left to play, for up to 3,200 ms',
    'Not followed: separate renditions of audio',
    'Verdict: failed',
  ])
    expect(text).toContain(line);
  expect(text).toMatch(/hls_skipped: rate==0 +3 % +== 0 % +crossed/);
  expect(text).toMatch(/start-up +180 ms/);
});
