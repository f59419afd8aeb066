import { fileURLToPath } from 'node:url';

/**
 * Definitions that compiling the crate leaves behind; `scripts/setup/paths.mjs` names the folder.
 */
export const definitions = fileURLToPath(
  new URL('../crate/target/contract/swarm-native', import.meta.url),
);

/** The committed contract. */
export const renderedContract = fileURLToPath(new URL('../src/addon.d.ts', import.meta.url));
