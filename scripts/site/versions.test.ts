import { describe, expect, it } from 'vitest';
import { siteBase, versionLinks } from './versions.ts';

describe('versionLinks', () => {
  it('has main, and every released version of the changelog', () => {
    const changelog =
      '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2027-01-02)\n\n### Added\n\n## [v0.1.0]\n';
    expect(versionLinks(changelog).map(({ text, link }) => [text, link])).toEqual([
      ['main', '/'],
      ['v0.2.0', '/v0.2.0/'],
      ['v0.1.0', '/v0.1.0/'],
    ]);
  });
});

describe('siteBase', () => {
  it('is the root unless it is given', () => {
    expect(siteBase(['--open'])).toBe('/');
    expect(siteBase(['--base', '/v0.1.0/'])).toBe('/v0.1.0/');
  });

  it.each(['v0.1.0', '/v0.1.0', ''])('refuses "%s"', (base) => {
    expect(() => siteBase(['--base', base])).toThrow('begins and ends with a slash');
  });
});
