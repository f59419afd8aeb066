import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { outputs } from './outputs.ts';

it.each(Object.entries(outputs()))(
  '%s is what the mixin writes; else: npm run mixin',
  (path, content) => {
    expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(content);
  },
);
