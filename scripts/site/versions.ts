/** Version in the navigation of the site, in the form of VitePress. */
export interface VersionLink {
  text: string;
  link: string;
  /** Link target: another site below the same host. */
  target: '_self';
}

/** Released versions, newest first, from the sections of the changelog. */
export const releasedVersions = (changelog: string): string[] =>
  [...changelog.matchAll(/^## \[?v?(\d+\.\d+\.\d+[\w.-]*)/gm)].map(([, version = '']) => version);

/**
 * Links to the sites of all versions. That of a release is in a folder of its name, so that alerts
 * of an old version still find their runbooks; that of the main branch is at the root.
 */
export const versionLinks = (changelog: string): VersionLink[] => [
  { text: 'main', link: '/', target: '_self' },
  ...releasedVersions(changelog).map(
    (version): VersionLink => ({ text: `v${version}`, link: `/v${version}/`, target: '_self' }),
  ),
];

/**
 * Path of the site on its host: `/`, or `/v0.1.0/`.
 * @throws Error when the argument is not a path
 */
export const siteBase = (args: readonly string[]): string => {
  const at = args.indexOf('--base');
  const base = at < 0 ? '/' : (args[at + 1] ?? '');
  if (/^\/([\w.-]+\/)*$/.test(base)) return base;
  throw new Error(`--base ${base}: begins and ends with a slash, as /v0.1.0/`);
};
