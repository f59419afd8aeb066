import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { librariesOf, readLibraries } from './libraries.ts';

test('the libraries are those with a path', () => {
  const printed = `	linux-vdso.so.1 (0x00007ffd0b5e3000)
	libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f35f6a3d000)
	libodd++.so => /opt/odd (name)/libodd++.so (0x00007f35f6a3d000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f35f6ec6000)`;
  expect(readLibraries(printed)).toEqual([
    '/lib/x86_64-linux-gnu/libssl.so.3',
    '/opt/odd (name)/libodd++.so',
    '/lib64/ld-linux-x86-64.so.2',
  ]);
  expect(readLibraries('\tstatically linked')).toEqual([]);
});

test('a file that is not a program is rejected by name', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'swarm-libraries-')), 'page.txt');
  await writeFile(file, 'words');
  await expect(librariesOf(file)).rejects.toMatchObject({
    code: 'no_program',
    message: expect.stringContaining(file),
  });
  await expect(librariesOf('/no/such/program')).rejects.toMatchObject({ code: 'no_program' });
});
