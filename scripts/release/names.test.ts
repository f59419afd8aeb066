import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverPackage } from '@livekit-swarm/lab';
import { nativePackage } from '@livekit-swarm/webrtc';
import { describe, expect, it } from 'vitest';
import {
  ACTION_EXAMPLES,
  checkoutCommands,
  packagesToday,
  quickStart,
  releasesPage,
  securityContact,
  statusBox,
  withAction,
} from '../docs/install-commands.ts';
import { namedFiles } from './named-files.ts';
import {
  foreignAddresses,
  parseNames,
  type ReleaseNames,
  readNames,
  readVersion,
  releaseCommands,
  repositoryUrl,
  withNames,
} from './names.ts';
import { readDescription, root } from './packages.ts';

const names = readNames();
const version = readVersion();
/** Texts by path; a file that a change removes is no longer there. */
const texts = new Map(
  namedFiles()
    .filter((path) => existsSync(join(root, path)))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);

/** Names that share no part with the present ones. */
const OTHER: ReleaseNames = {
  ...names,
  repository: 'acme/load',
  action: 'acme/load-action',
  package: 'acme-load',
  image: 'registry.acme.example/tools/load',
  charts: 'oci://registry.acme.example/tools/charts',
};

/** Pages about a future release, and the code that makes them. */
const ABOUT_RELEASES =
  /^docs\/releases\.md$|^scripts\/|\.test\.ts$|^\.github\/workflows\/release\.yml$/;

describe('names of a release', () => {
  it('are those of the packages', async () => {
    const { homepage, bugs, repository } = await readDescription('.');
    expect(repository).toMatchObject({ url: `git+${repositoryUrl(names)}.git` });
    expect(homepage).toBe(`${repositoryUrl(names)}#readme`);
    expect(bugs).toBe(`${repositoryUrl(names)}/issues`);
    expect((await readDescription('packages/cli')).name).toBe(names.package);
    for (const name of [nativePackage(), serverPackage()])
      expect(name.startsWith(`${names.scope}/`), name).toBe(true);
    expect((await readDescription('packages/beacon')).name).toBe(`${names.scope}/beacon`);
  });

  it('are the only addresses of this project in the repository', () => {
    const foreign = [...texts]
      .filter(([path]) => path !== 'scripts/release/names.test.ts')
      .flatMap(([path, text]) => foreignAddresses(text, names).map((found) => `${path}: ${found}`));
    expect(foreign).toEqual([]);
  });

  it.each([
    'git clone https://github.com/acme/livekit-swarm.git',
    'https://github.com/livekit-swarm/livekit-swarm-action',
    'image: ghcr.io/acme/livekit-swarm:0.1.0',
    'docker run quay.io/livekit-swarm/livekit-swarm',
    'helm install x oci://ghcr.io/livekit-swarm/helm/livekit-swarm',
    'uses: livekit-swarm/action-livekit-swarm@v1',
    'npx my-livekit-swarm --rooms 5',
    'https://raw.githubusercontent.com/acme/livekit-swarm/main/x.json',
  ])('another address is noticed: %s', (text) => {
    expect(foreignAddresses(text, names)).not.toEqual([]);
  });

  it('have no placeholder instead of an owner', () => {
    const owners = ['your', 'my', 'the'].map((whose) => `${whose}[-_](?:org|user|company)`);
    const placeholder = new RegExp(
      `\\b(?:${owners.join('|')}|example|owner)/livekit-swarm\\b`,
      'i',
    );
    const found = [...texts].filter(([, text]) => placeholder.test(text)).map(([path]) => path);
    expect(found).toEqual([]);
  });

  it('change together, wherever they are', () => {
    const left = [...texts]
      .filter(([path]) => path !== 'scripts/release/names.test.ts')
      .map(([path, text]) => [path, withNames(text, names, OTHER)] as const)
      .flatMap(([path, text]) => [
        ...foreignAddresses(text, OTHER).map((found) => `${path}: ${found}`),
        ...releaseCommands(text, names).map((found) => `${path}: ${found}`),
      ]);
    expect(left).toEqual([]);
    const changed = [...texts].filter(([, text]) => withNames(text, names, OTHER) !== text);
    expect(changed.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        'package.json',
        'packaging/helm/livekit-swarm/Chart.yaml',
        'packaging/helm/livekit-swarm/README.md',
        'packaging/systemd/swarm-host.service',
        'packages/settings/src/json-schema.ts',
        '.github/workflows/release.yml',
      ]),
    );
    for (const [path, text] of changed)
      expect(withNames(withNames(text, names, OTHER), OTHER, names), path).toBe(text);
  });

  it('are refused where one is missing, unknown or malformed', () => {
    const text = (changes: object): string => JSON.stringify({ ...names, ...changes });
    expect(() => parseNames(text({ image: undefined }))).toThrow();
    expect(() => parseNames(text({ image: 'livekit-swarm' }))).toThrow(/registry\/path/);
    expect(() => parseNames(text({ repository: 'https://github.com/a/b' }))).toThrow(/owner\/name/);
    expect(() => parseNames(text({ chart: 'x' }))).toThrow();
    expect(() => parseNames(text({ securityContact: 'the maintainers' }))).toThrow();
    for (const securityContact of ['security@acme.example', 'https://acme.example/report', null])
      expect(parseNames(text({ securityContact }))).toMatchObject({ securityContact });
  });

  it('have the contact for vulnerabilities in SECURITY.md, or another way to report them', () => {
    const contactIn = (address: string | null): string =>
      securityContact({ names: { ...names, securityContact: address }, version });
    expect(contactIn('security@acme.example')).toContain('<security@acme.example>');
    expect(contactIn(null)).toContain('git log');
  });
});

describe('commands that need a release', () => {
  it.runIf(!names.released)('are on the page about releases only', () => {
    const shown = [...texts]
      .filter(([path]) => !ABOUT_RELEASES.test(path))
      .flatMap(([path, text]) => releaseCommands(text, names).map((found) => `${path}: ${found}`));
    expect(shown).toEqual([]);
  });

  it('are recognised', () => {
    for (const text of [
      `npx ${names.package} --rooms 5`,
      `npx --yes ${names.package}`,
      `npm install --global ${names.package}`,
      `docker run ${names.image}:0.1.0`,
      `helm install load ${names.charts}/livekit-swarm`,
      `uses: ${names.action}@v0.1.0`,
      `git clone ${repositoryUrl(names)}.git`,
      `jb install github.com/${names.repository}@v0.1.0`,
    ])
      expect(releaseCommands(text, names), text).not.toEqual([]);
    for (const text of ['npx swarm --rooms 5', 'docker run livekit-swarm', 'cd livekit-swarm'])
      expect(releaseCommands(text, names), text).toEqual([]);
  });
});

describe.each([
  { names: { ...names, released: false }, version },
  { names: { ...names, released: true }, version },
  { names: { ...OTHER, released: true }, version: '7.8.9' },
])('pages with released: $names.released and $names.image', (release) => {
  const { released, image, action, package: name } = release.names;
  const readme = statusBox(release) + quickStart(release);

  it('README has the commands of packages, or states that there are none', () => {
    expect(releaseCommands(readme, release.names).length > 0).toBe(released);
    expect(/\*\*Status: unreleased\.\*\*/.test(readme)).toBe(!released);
    expect(readme.includes(`docker run --rm ${image}:${release.version}`)).toBe(released);
    expect(checkoutCommands(release).includes('git clone')).toBe(released);
  });

  it('the page about releases has every command, and states whether they work', () => {
    const page = releasesPage(release);
    expect(releaseCommands(page, release.names).length).toBeGreaterThan(5);
    expect(page).toContain(`npx ${name} `);
    expect(page).toContain(`${image}:${release.version}`);
    expect(/None of these commands works yet/.test(page)).toBe(!released);
    expect(/Nothing is published yet/.test(packagesToday(release))).toBe(!released);
    expect(foreignAddresses(page, release.names)).toEqual([]);
  });

  it.each(ACTION_EXAMPLES)('%s refers to the action, or to a copy of it', (path) => {
    const text = withAction(readFileSync(join(root, path), 'utf8'), release);
    expect(text.includes(`uses: ${action}@v${release.version}`)).toBe(released);
    expect(/uses: \.\/\.livekit-swarm/.test(text)).toBe(!released);
    expect(withAction(withAction(text, release), release)).toBe(text);
    if (path.endsWith('.yml')) expect(/path: \.livekit-swarm/.test(text)).toBe(!released);
  });
});
