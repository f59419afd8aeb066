/** Test that some code acts on every key of a role, which the compiler does not check. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scenarioJsonSchema } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { schemaKeys } from '../docs/schema-keys.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Folders whose code plans participants, or is their conduct. */
const CONDUCT = 'packages/{engine/src,runner/src,scenario/src/plan}/**/*.ts';

const { at } = schemaKeys(scenarioJsonSchema());
const keys = Object.keys(at('definitions', 'role').properties ?? {});
const sources = globSync(CONDUCT, { cwd: root })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(root, file), 'utf8'));

it('knows the keys', () => {
  expect(keys).toContain('rateAdaptation');
});

it.each(keys)('the key %s has an effect: the plan or a participant reads it', (key) => {
  const word = new RegExp(`\\b${key}\\b`);
  expect(sources.some((source) => word.test(source))).toBe(true);
});
