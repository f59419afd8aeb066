/**
 * Image of a release: a version takes the place of the tag and keeps its form (`v1.13.4`); anything
 * with a repository is an image.
 * @param program `1.13.5`, `registry.example.com/livekit-server:v1.13.5`
 */
export const imageOfRelease = (program: string, present: string): string => {
  if (/[/:@]/.test(program)) return program;
  const { repository, tag } = splitImage(present);
  const version = program.replace(/^v/, '');
  return `${repository}:${/^v\d/.test(tag ?? '') ? 'v' : ''}${version}`;
};

/** Version of an image: its tag without `v`; the whole image without a tag. */
export const versionOfImage = (image: string): string => {
  const { tag } = splitImage(image);
  return tag === null ? image : tag.replace(/^v(?=\d)/, '');
};

/** Returns true for an image that may be another one by the time of the rollback. */
export const isMutable = (image: string): boolean => {
  const { tag } = splitImage(image);
  return !image.includes('@') && (tag === null || tag === 'latest');
};

const splitImage = (image: string): { repository: string; tag: string | null } => {
  const [named = ''] = image.split('@');
  // A port of a registry is before a slash.
  const [, repository = named, tag = null] = /^(.*):([^:/]+)$/.exec(named) ?? [];
  return { repository, tag };
};
