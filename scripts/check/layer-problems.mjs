/** Pattern of an import: `from '…'` or `import('…')`. */
const IMPORTS = /(?:\bfrom|\bimport\(|\bimport) ?'([^']+)'/g;

/**
 * @param {string} name @param {Record<string, string[]>} below
 * @returns {Set<string>} all packages under this one.
 */
const allBelow = (name, below) => {
  const found = new Set();
  /** @param {string} at */
  const descend = (at) => {
    for (const next of below[at] ?? [])
      if (!found.has(next)) {
        found.add(next);
        descend(next);
      }
  };
  descend(name);
  return found;
};

/**
 * Imports of these sources that violate the declared layers: a package that is not below its own,
 * the test support, or a file of another package past its entry.
 * @param {readonly { path: string, package: string, text: string }[]} sources
 * @param {Record<string, string[]>} below each package, and the packages directly below it.
 * @returns {string[]} one line per problem, with the path.
 */
export const layerProblems = (sources, below) =>
  sources.flatMap(({ path, package: name, text }) => {
    if (!Object.hasOwn(below, name))
      return [
        `${path}: package "${name}" has no layer; add it to scripts/check/package-layers.mjs`,
      ];
    const allowed = allBelow(name, below);
    return [...text.matchAll(IMPORTS)].flatMap(([, specifier = '']) => {
      const target = /^@livekit-swarm\/([^/]+)/.exec(specifier)?.[1];
      if (target !== undefined)
        return target === name || allowed.has(target)
          ? []
          : [
              `${path}: ${name} must not import ${target} (docs/adr/0009-packages-follow-the-data.md)`,
            ];
      const depth = path.split('/').length - 3;
      const leaves = specifier.startsWith(`${'../'.repeat(depth)}../`);
      return leaves ? [`${path}: imports ${specifier}, a file past the package's entry`] : [];
    });
  });
