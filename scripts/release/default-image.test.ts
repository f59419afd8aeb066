import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FILES_WITH_IMAGE, withDefaultImage } from './default-image.ts';
import { readNames, readVersion } from './names.ts';
import { root } from './packages.ts';

const names = readNames();
const version = readVersion();

describe.each(FILES_WITH_IMAGE)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8');

  it('has the default image that names.json asks for', () => {
    expect(withDefaultImage(path, text, { names, version })).toBe(text);
  });

  it('has no image without a release, and that of the release with it', () => {
    const before = withDefaultImage(path, text, { names: { ...names, released: false }, version });
    expect(before).not.toContain(names.image);
    const released = { ...names, released: true, image: 'registry.acme.example/tools/load' };
    const after = withDefaultImage(path, before, { names: released, version: '7.8.9' });
    expect(after).toMatch(
      /(?:repository: |:-)registry\.acme\.example\/tools\/load(?::7\.8\.9\})?$/m,
    );
    expect(
      withDefaultImage(path, after, { names: { ...released, released: false }, version }),
    ).toBe(before);
  });

  it('must have the line', () => {
    expect(() => withDefaultImage(path, 'services: {}\n', { names, version })).toThrow(path);
  });
});

it('leaves other files as they are', () => {
  expect(withDefaultImage('README.md', 'image:\n', { names, version })).toBe('image:\n');
});
