import { fileURLToPath } from 'node:url';

/**
 * Path of `swarm-impair`, which impairs packets of other processes (crate/src/bin/swarm-impair documents its commands). Linux only.
 * It is a file of its own, so that it can run as root in another network namespace.
 */
export const impairProgram = (): string =>
  fileURLToPath(new URL(`../swarm-impair.${process.platform}-${process.arch}`, import.meta.url));
