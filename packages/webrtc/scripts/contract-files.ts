import { fileURLToPath } from 'node:url';

/** Where compiling the crate leaves its definitions; `scripts/setup/paths.mjs` names the folder. */
export const definitions = fileURLToPath(
  new URL('../crate/target/contract/swarm-native', import.meta.url),
);

/** The committed contract. */
export const renderedContract = fileURLToPath(new URL('../src/addon.d.ts', import.meta.url));
