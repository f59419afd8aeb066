import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { outputs } from './outputs.ts';

it.each(Object.entries(outputs()))('%s is up to date (npm run mixin)', (path, content) => {
  expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(content);
});
