import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isOften, libraryFiles, libraryFolder, testLibrary } from '../support/library-tests.ts';

testLibrary(libraryFiles.filter(isOften));

it('the library is listed whole', () => {
  const page = readFileSync(new URL('README.md', libraryFolder), 'utf8');
  for (const file of libraryFiles) expect(page).toContain(`](${file})`);
});
