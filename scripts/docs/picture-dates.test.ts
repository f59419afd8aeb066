import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allPictures, hashesOf, ROOT, readDates } from './picture-dates.ts';

/** Pages that show pictures with a caption. README and the home page link to them. */
const PAGES = [
  'dashboards/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const);

/** `22 November 2026`, and the end of `21 to 24 November 2026`. */
const written = (date: string): string =>
  new Date(date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

describe('pictures of the docs', () => {
  const dates = readDates();

  it('have the day on which they were taken ("node scripts/docs/picture-dates.ts FILE")', () => {
    expect(Object.keys(dates)).toEqual(allPictures());
    for (const [file, taken] of Object.entries(dates))
      expect(hashesOf(file).picture, file).toBe(taken.picture);
  });

  it('are as new as what they show, or their pages name their date', () => {
    for (const [file, { date, shows }] of Object.entries(dates)) {
      if (shows === hashesOf(file).shows) continue;
      const path = file.replace('docs/', '');
      const showing = PAGES.filter(([, text]) => text.includes(path));
      expect(showing.length, file).toBeGreaterThan(0);
      for (const [page, text] of showing)
        expect(
          text.includes(written(date)),
          `${page} shows ${file}, taken on ${written(date)}`,
        ).toBe(true);
    }
  });
});
