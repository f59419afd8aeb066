import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../setup/paths.mjs';
import { lanes, UNMEASURED } from './lanes.mjs';

describe('lanes of the tests', () => {
  it('name files that are there, each once', () => {
    expect(UNMEASURED.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(new Set(UNMEASURED).size).toBe(UNMEASURED.length);
  });

  it('run everything: what one lane names, the other leaves out', () => {
    const [, [measured, unmeasured] = []] = lanes(4);
    expect(measured?.args.filter((arg) => /^(packages|testkit)\//.test(arg))).toEqual(UNMEASURED);
    expect(unmeasured?.args.slice(2)).toEqual(UNMEASURED);
  });

  it('are one after the other where there are few cores', () =>
    expect(lanes(2).every((group) => group.length === 1)).toBe(true));
});
