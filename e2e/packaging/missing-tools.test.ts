/** The setup of a checkout where Rust is missing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../support/stack-images.ts';
import { scratch } from '../support/swarm.ts';

it('without Rust, the setup names the command that installs it and downloads nothing', async () => {
  const home = scratch();
  // The folders of PATH without Rust; HOME has none either.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !existsSync(join(folder, 'cargo')));
  const script = `import { buildAddon } from '${ROOT}scripts/setup/addon.mjs';
await buildAddon(new AbortController().signal).catch((error) => console.log(error.message, error.hint));`;
  const env = {
    PATH: path.join(delimiter),
    HOME: home,
    npm_config_registry: 'http://127.0.0.1:1',
  };
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script],
    { env, cwd: home },
  );
  expect(stdout).toMatch(/there is no Rust here/);
  expect(stdout).toMatch(/https:\/\/sh\.rustup\.rs/);
  expect(stderr).toBe('');
});
