import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FOLDER, generateProtocol } from './protocol.ts';

test("the k6 scripts have the installed protocol; if not, run 'node scripts/k6/protocol.ts'", async () => {
  const files = await generateProtocol();
  expect(Object.keys(files)).toEqual(['protocol.js', 'protocol.d.ts']);
  for (const [name, text] of Object.entries(files))
    expect(await readFile(join(FOLDER, name), 'utf8'), name).toBe(text);
});
