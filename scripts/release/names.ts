import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './packages.ts';

/** Path of the file with the names, in the checkout. */
export const NAMES_FILE = 'scripts/release/names.json';

const ownerAndName = z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'write owner/name');

const schema = z.strictObject({
  /** False: nothing is published, and pages show no command that needs a registry. */
  released: z.boolean(),
  /** Repository on GitHub, owner/name. */
  repository: ownerAndName,
  /** Repository of the GitHub action, owner/name. */
  action: ownerAndName,
  /** npm package of the program. */
  package: z.string().regex(/^[a-z][\w.-]*$/),
  /** npm scope of the other packages. */
  scope: z.string().regex(/^@[a-z][\w.-]*$/),
  /** Container image, without a tag. */
  image: z.string().regex(/^[\w.-]+\.[\w-]+(\/[\w.-]+)+$/, 'write registry/path'),
  /** Folder of the Helm chart in its registry. */
  charts: z.string().regex(/^oci:\/\/[\w.-]+(\/[\w.-]+)+$/, 'write oci://registry/path'),
  /**
   * Address for reports of vulnerabilities that does not depend on the host of the repository. Null:
   * there is none, and no release.
   */
  securityContact: z.union([z.email(), z.url({ protocol: /^https$/ })]).nullable(),
});

/** Names under which a release is published. */
export type ReleaseNames = z.infer<typeof schema>;

/** @throws ZodError for a missing, unknown or malformed name */
export const parseNames = (text: string): ReleaseNames => schema.parse(JSON.parse(text));

export const readNames = (): ReleaseNames =>
  parseNames(readFileSync(join(root, NAMES_FILE), 'utf8'));

/** Version of the next release, or of the present one: that of the program. */
export const readVersion = (): string =>
  (
    JSON.parse(readFileSync(join(root, 'packages', 'cli', 'package.json'), 'utf8')) as {
      version: string;
    }
  ).version;

export const repositoryUrl = ({ repository }: ReleaseNames): string =>
  `https://github.com/${repository}`;

/** Kinds of names that are addresses. */
type AddressKind = 'repository' | 'action' | 'image' | 'charts' | 'package';

/** Returns the pattern of addresses of a kind, with `name` as their first group. */
const addressPattern: Record<AddressKind, (name: string) => RegExp> = {
  repository: (name) =>
    new RegExp(
      `(?:\\bgithub\\.com/|\\braw\\.githubusercontent\\.com/|--repo )(${name})(?![\\w-])`,
      'gi',
    ),
  action: (name) => new RegExp(`\\buses: (${name})@`, 'gi'),
  image: (name) => new RegExp(`(?<![\\w./])(${name})(?![\\w/-])`, 'gi'),
  charts: (name) => new RegExp(`(${name})(?![\\w-])`, 'gi'),
  package: (name) =>
    new RegExp(
      `(?:\\bnpx (?:--?[\\w-]+ )*|\\bnpm (?:install|i) (?:--?[\\w-]+ )*|\\bnpmjs\\.com/package/)(${name})(?![\\w/-])`,
      'gi',
    ),
};

const KINDS = ['charts', 'image', 'action', 'repository', 'package'] as const;

/** Forms of names in which this project is recognised, also under another owner or registry. */
const RECOGNISED: Record<AddressKind, string> = {
  repository: '[\\w.-]+/[\\w-]*livekit-swarm[\\w-]*',
  action: '[\\w.-]+/[\\w-]*livekit-swarm[\\w-]*',
  image:
    '(?:\\w[\\w-]*\\.)+[a-z]+/(?!blob)(?:[\\w-]+/)*[\\w-]*livekit-swarm[\\w-]*(?=:\\d|["\'`}]|$)',
  charts: 'oci://[\\w.-]+/[\\w-]*livekit-swarm[\\w-]*(?:/charts)?',
  package: '[\\w-]*livekit-swarm[\\w-]*',
};

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Addresses in a text that name this project, but not as the file of names does. */
export const foreignAddresses = (text: string, names: ReleaseNames): string[] =>
  KINDS.flatMap((kind) =>
    [...text.matchAll(addressPattern[kind](RECOGNISED[kind]))]
      .filter(([, name = '']) => name !== names[kind])
      // The address of a repository has the form of an image; example.com is the reader's registry.
      .filter(
        ([, name = '']) =>
          !/^(?:www\.)?(?:github|githubusercontent|npmjs)\.com\/|^[\w.-]*\bexample\.com\//.test(
            name,
          ),
      )
      .map(([found]) => found),
  );

/**
 * Commands and references in a text that work only after the first release, because they need the
 * repository, a package, an image, a chart or the action.
 */
export const releaseCommands = (text: string, names: ReleaseNames): string[] => {
  const patterns = [
    addressPattern.action(literal(names.action)),
    addressPattern.charts(literal(names.charts)),
    addressPattern.image(literal(names.image)),
    addressPattern.package(literal(names.package)),
    new RegExp(`\\bgit clone \\S*${literal(names.repository)}`, 'g'),
    new RegExp(`--repo ${literal(names.repository)}`, 'g'),
    new RegExp(`\\bjb install \\S*${literal(names.repository)}`, 'g'),
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([found]) => found));
};

/**
 * Replaces the addresses of `from` in a text by those of `to`. The name of the program and imports
 * of workspaces stay.
 */
export const withNames = (text: string, from: ReleaseNames, to: ReleaseNames): string =>
  KINDS.reduce(
    (renamed, kind) =>
      renamed.replace(addressPattern[kind](literal(from[kind])), (found: string, name: string) =>
        found.replace(name, () => to[kind]),
      ),
    text,
  );
