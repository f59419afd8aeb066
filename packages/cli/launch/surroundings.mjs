import { join, sep } from 'node:path';
import { checkout } from './checkout.mjs';

/**
 * Folder in which Node keeps compiled sources, so that programs and their workers start faster and
 * need less memory; null for an installed package, which may be read-only.
 */
export const compileCache = checkout === null ? null : join(checkout, '.cache', 'node');

/** The folder in which the user typed the command: npm changes to that of the checkout, where relative paths would differ. */
export const callersFolder = () => {
  const here = process.cwd();
  const typed = process.env.INIT_CWD;
  const moved =
    checkout !== null &&
    typed !== undefined &&
    `${here}${sep}`.startsWith(checkout) &&
    typed.startsWith(`${here}${sep}`);
  return moved ? typed : here;
};
