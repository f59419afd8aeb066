import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HELP_PACKAGES } from './asks-for-help.mjs';

const above = fileURLToPath(new URL('../../../', import.meta.url));

/** @returns {boolean} whether this package is part of a checkout, not installed from a registry. */
const isCheckout = () => {
  try {
    const { name } = JSON.parse(readFileSync(`${above}package.json`, 'utf8'));
    return name === 'livekit-swarm-workspace';
  } catch {
    return false;
  }
};

/** The folder of the checkout; null for an installed package. */
export const checkout = isCheckout() ? above : null;

/**
 * Installs and builds what the checkout lacks. An installed package needs nothing.
 *
 * @param {AbortSignal} signal
 */
export const prepareCheckout = async (signal) => {
  if (checkout === null) return;
  const { setup } = await import(pathToFileURL(`${checkout}scripts/setup/setup.mjs`).href);
  await setup({ signal });
};

/**
 * Path of a program that prints help, also where packages or the bundle are older than the
 * sources: then the sources themselves, which need nothing that is built. Null: packages are missing,
 * or the package is installed.
 */
export const helpProgram = async () => {
  if (checkout === null) return null;
  if (HELP_PACKAGES.some((name) => !existsSync(`${checkout}node_modules/${name}`))) return null;
  const { bundledMain, programIsCurrent } = await import(
    pathToFileURL(`${checkout}scripts/setup/program.mjs`).href
  );
  return programIsCurrent() ? bundledMain() : `${checkout}packages/cli/src/main.ts`;
};

/**
 * Path of the program that the launcher runs: a checkout's program is bundled by its setup, an
 * installed package has what is built of the sources.
 */
export const mainProgram = async () => {
  if (checkout === null) return fileURLToPath(new URL('../src/main.js', import.meta.url));
  const { bundledMain } = await import(pathToFileURL(`${checkout}scripts/setup/program.mjs`).href);
  return bundledMain();
};
