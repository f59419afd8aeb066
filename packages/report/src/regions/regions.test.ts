import { expect, test } from 'vitest';
import { regionsSample } from '../../test/support/samples.ts';
import { REGIONS_REPORTERS } from './index.ts';

test('the question first, then the checks, the answer, and what to do', () => {
  const text = REGIONS_REPORTERS.text.render(regionsSample());
  expect(text).toMatch(
    /^Are users of eu, us served where they should be \(Redis in eu, and us is lost\)\?/,
  );
  expect(text).toContain('No: 1 check passed, 1 skipped\nErrors: udp\n');
  expect(text.endsWith('To do:\n  udp: a fix\n  turn: no answer\n')).toBe(true);
});

test('pages have what was measured, with the distance of each way', () => {
  const page = REGIONS_REPORTERS.markdown.render(regionsSample());
  expect(page).toMatch(/\| eu \| us \| eu \| *47 ms \| *49 ms \| *– \| *2 of 100 \|/);
  expect(page).toMatch(/\| us \| us \| eu \| *31\.2s \|/);
  expect(page).toMatch(/\| never \|/);
});
