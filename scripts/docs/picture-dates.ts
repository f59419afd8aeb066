/**
 * Dates of the pictures of the docs. Each picture has the day on which it was taken, its own hash, and
 * the hash of the sources of what it shows; a test finds pictures that were replaced without a date,
 * and pages that show an old one without its date.
 *
 *     node scripts/docs/picture-dates.ts docs/images/report-1440.png …    # after they were taken
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const PICTURES = 'docs/images';
const DATES = join(ROOT, PICTURES, 'taken.json');

/** Day and hashes of a picture. */
export interface Taken {
  /** `2026-11-22`. */
  date: string;
  picture: string;
  /** Hash of what it showed when it was taken; null: not known, so it counts as changed. */
  shows: string | null;
}

/** Sources of what a picture shows, files or folders. */
export const sourcesOf = (picture: string): string[] => {
  const name = basename(picture, '.png');
  const page = 'packages/report/src';
  if (picture.includes('/dashboards/')) return [`dashboards/${name}.json`];
  if (name.startsWith('drill')) return [`${page}/drill/html`, `${page}/html/style`];
  if (name.startsWith('live'))
    return [`${page}/html/live`, `${page}/html/page`, `${page}/html/style`];
  if (name.startsWith('participant'))
    return [`${page}/participant`, `${page}/html/page`, `${page}/html/style`];
  return [`${page}/run/html`, `${page}/html/page`, `${page}/html/style`];
};

const hashOf = (files: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
};

/** Files of a path, tests excluded, in a fixed order. */
const filesOf = (path: string): string[] =>
  statSync(join(ROOT, path)).isFile()
    ? [path]
    : readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
        .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
        .sort();

/** Hashes of a picture and of what it shows, as they are now. */
export const hashesOf = (picture: string): { picture: string; shows: string } => ({
  picture: hashOf([picture]),
  shows: hashOf(sourcesOf(picture).flatMap(filesOf)),
});

/** Dates by the path of the picture. */
export const readDates = (): Record<string, Taken> => JSON.parse(readFileSync(DATES, 'utf8'));

/** All pictures of the docs, by their paths. */
export const allPictures = (): string[] =>
  filesOf(PICTURES).filter((file) => file.endsWith('.png'));

if (import.meta.main) {
  const dates = readDates();
  const date = new Date().toISOString().slice(0, 10);
  for (const given of process.argv.slice(2)) {
    const picture = relative(ROOT, given);
    dates[picture] = { date, ...hashesOf(picture) };
  }
  const sorted = Object.fromEntries(Object.entries(dates).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(DATES, `${JSON.stringify(sorted, null, 2)}\n`);
}
