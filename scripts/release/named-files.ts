import { execFileSync } from 'node:child_process';
import { NAMES_FILE } from './names.ts';
import { root } from './packages.ts';

/**
 * Texts of the repository in which addresses may be, by path; lock files, samples of results,
 * pictures and the file of names itself are left out.
 */
export const namedFiles = (): string[] =>
  execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .split('\0')
    .filter((path) =>
      /\.(?:md|mjs|ts|ya?ml|json|toml|service|tpl|txt|sh|html)$|Dockerfile$|\.ci\/run$/.test(path),
    )
    .filter((path) => path !== NAMES_FILE && !/package-lock\.json$|\/golden\//.test(path));
