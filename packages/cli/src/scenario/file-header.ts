import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaUrl } from '@livekit-swarm/settings';
import { checkout } from '../../launch/checkout.mjs';

/** JSON Schemas of files that users write, below the folder of packages. */
const SCENARIO_SCHEMA = 'scenario/schema/scenario.schema.json';
export const SETTINGS_SCHEMA = 'cli/schema/swarm.schema.json';

/**
 * Address of the JSON Schema of scenario files, or of another one, as seen from a folder: a
 * relative path within `project`, so that it is right on every host. Otherwise the file of a
 * checkout, whose schema may not be published yet, or the public address for an installed package,
 * which may lie in a cache of npx.
 */
export const schemaFrom = (
  folder: string,
  project: string,
  schema = SCENARIO_SCHEMA,
  inCheckout: boolean = checkout !== null,
): string => {
  const url = new URL(`../../../${schema}`, import.meta.url);
  const file = fileURLToPath(url);
  const inProject = relative(project, file);
  if (inProject.startsWith('..') || isAbsolute(inProject))
    return inCheckout ? url.href : schemaUrl(schema);
  const path = relative(folder, file).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
};
