/** Pattern of an import: `from '…'` or `import('…')`. */
const IMPORTS = /(?:\bfrom|\bimport\(|\bimport) ?'([^']+)'/g;
/** Imports of types alone. */
const TYPES = /^(?:import|export) type [^'"]*? from '([^']+)'/gm;
const PACKAGE = /^@livekit-swarm\/([^/]+)/;

/** @typedef {{ path: string, package: string, text: string }} Source */

/** @param {RegExp} pattern @param {string} text @returns {string[]} imported packages, each as often as it is imported. */
const importedBy = (pattern, text) =>
  [...text.matchAll(pattern)].flatMap(([, specifier = '']) => PACKAGE.exec(specifier)?.[1] ?? []);

/**
 * The imports that exist: the packages that each package imports.
 *
 * @param {readonly Source[]} sources
 * @returns {Map<string, Map<string, 'types' | 'code'>>}
 */
export const packageImports = (sources) => {
  /** @type {Map<string, Map<string, 'types' | 'code'>>} */
  const found = new Map();
  for (const [name, own] of Map.groupBy(sources, (source) => source.package)) {
    const text = own.map((source) => source.text).join('\n');
    const all = importedBy(IMPORTS, text).filter((target) => target !== name);
    const types = Map.groupBy(importedBy(TYPES, text), (target) => target);
    const counts = Map.groupBy(all, (target) => target);
    found.set(
      name,
      new Map(
        [...counts].map(([target, { length }]) => [
          target,
          types.get(target)?.length === length ? 'types' : 'code',
        ]),
      ),
    );
  }
  return found;
};

/**
 * Declared permissions that no import uses.
 *
 * @param {readonly Source[]} sources
 * @param {Record<string, string[]>} below each package, and the packages directly below it.
 * @returns {string[]} one line for each permission.
 */
export const unusedPermissions = (sources, below) => {
  const imports = packageImports(sources);
  return Object.entries(below).flatMap(([name, targets]) =>
    targets
      .filter((target) => !imports.get(name)?.has(target))
      .map(
        (target) =>
          `scripts/check/package-layers.mjs: ${name} may import ${target}, and does not; take it away`,
      ),
  );
};

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
 *
 * @param {readonly Source[]} sources
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
      const target = PACKAGE.exec(specifier)?.[1];
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
