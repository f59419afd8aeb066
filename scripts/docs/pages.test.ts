import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGES } from './pages.ts';
import { SECTIONS, withSection } from './sections.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it.each(Object.entries(PAGES))(
  '%s matches the code ("npm run docs" writes it)',
  async (path, page) => {
    expect(read(path)).toBe(await page());
  },
);

it.each(SECTIONS)(
  '$path matches the code in its section $name ("npm run docs" writes it)',
  ({ path, name, text, tight }) => {
    expect(read(path)).toBe(withSection(read(path), name, text(), tight));
  },
);

it('changes only its section', () => {
  const page = 'a\n<!-- x: made -->\nold\n<!-- /x -->\nb';
  expect(withSection(page, 'x', '$1 new')).toBe('a\n<!-- x: made -->\n\n$1 new\n\n<!-- /x -->\nb');
  expect(withSection(page, 'x', 'new', true)).toBe('a\n<!-- x: made -->\nnew\n<!-- /x -->\nb');
  expect(() => withSection(page, 'y', '')).toThrow(/no section/);
});
