/** `npm run mixin`: writes alerts/ and dashboards/. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputs } from './outputs.ts';

const root = new URL('../../../', import.meta.url);
for (const [path, content] of Object.entries(outputs())) {
  const file = fileURLToPath(new URL(path, root));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
