import type { ReleaseNames } from './names.ts';

interface Release {
  names: ReleaseNames;
  version: string;
}

/** The line with the image in the file of each installation that can have a default, by path. */
const IMAGE_LINES: Record<string, { line: RegExp; text: (release: Release) => string }> = {
  'packaging/helm/livekit-swarm/values.yaml': {
    line: /(?<=^image:\n(?: {2}#.*\n)*) {2}repository: .*$/m,
    text: ({ names }) => `  repository: ${names.released ? names.image : '""'}`,
  },
  'packaging/compose/hosts.yml': {
    line: /^ {4}image: \$\{SWARM_IMAGE:.*\}$/m,
    text: ({ names, version }) =>
      names.released
        ? `    image: \${SWARM_IMAGE:-${names.image}:${version}}`
        : '    image: ${SWARM_IMAGE:?set it to the image that you built, docs/install.md#container-image}',
  },
};

/** Paths of the files that have a default image after a release. */
export const FILES_WITH_IMAGE: readonly string[] = Object.keys(IMAGE_LINES);

/**
 * The text of such a file with the image of the release as default. Before a release there is none:
 * the owner of a name that this project does not own would get the keys of the reader. Other files
 * stay as they are.
 */
export const withDefaultImage = (path: string, text: string, release: Release): string => {
  const image = IMAGE_LINES[path];
  if (image === undefined) return text;
  if (!image.line.test(text)) throw new Error(`${path}: the line with the image is not there`);
  return text.replace(image.line, () => image.text(release));
};
