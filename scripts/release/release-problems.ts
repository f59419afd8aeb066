import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readNames } from './names.ts';
import { readDescription, root } from './packages.ts';

/** Files that name the image with its version, which must be released together. */
const IMAGE_FILES = ['packaging/compose/hosts.yml', 'docs/releases.md'];

/** Reasons for which this checkout cannot be released as `tag` (`v1.2.3`); empty: it can. */
export const releaseProblems = async (tag: string): Promise<string[]> => {
  const { version } = await readDescription('packages/cli');
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const chart = parse(await read('packaging/helm/livekit-swarm/Chart.yaml')) as {
    version: string;
    appVersion: string;
  };
  const beacon = await readDescription('packages/beacon');
  const names = readNames();
  const problems = [
    ...(names.released
      ? []
      : [
          'scripts/release/names.json has released: false, so README states that nothing is published: run scripts/release/set-names.ts --released',
        ]),
    ...(names.securityContact === null
      ? [
          'scripts/release/names.json has no securityContact, so a finder of a vulnerability has no address: run scripts/release/set-names.ts --securityContact ADDRESS',
        ]
      : []),
    ...(tag === `v${version}`
      ? []
      : [`the tag is ${tag}, packages/cli/package.json has ${version}`]),
    ...(beacon.version === version ? [] : [`packages/beacon/package.json has ${beacon.version}`]),
    ...(chart.version === version && chart.appVersion === version
      ? []
      : [`Chart.yaml has version ${chart.version} and appVersion ${chart.appVersion}`]),
  ];
  for (const path of IMAGE_FILES)
    for (const other of versionsOf(names.image, await read(path)))
      if (other !== version) problems.push(`${path} has the image ${other}`);
  const notes = notesIn(await read('CHANGELOG.md'), version);
  if (notes === '') problems.push(`CHANGELOG.md has no section "## ${version}"`);
  return problems;
};

/** Versions with which a text names the image. */
const versionsOf = (image: string, text: string): string[] =>
  text
    .split(`${image}:`)
    .slice(1)
    .flatMap((rest) => /^\d[\w.-]*\w/.exec(rest) ?? []);

/** Section of a version in the changelog, without its heading. */
export const notesIn = (changelog: string, version: string): string => {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/[\s\n]/, 1)[0] === version) ?? '';
  return section.split('\n').slice(1).join('\n').trim();
};
