import { fileURLToPath } from 'node:url';

/**
 * The program that gives the packets of others a bad network (crate/src/bin/swarm-impair says how it is called). Linux alone has it. It is its own file, so that
 * it can run as root in another network namespace.
 */
export const impairProgram = (): string =>
  fileURLToPath(new URL(`../swarm-impair.${process.platform}-${process.arch}`, import.meta.url));
