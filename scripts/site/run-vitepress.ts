import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs VitePress from the packages of the site, and returns its exit code. */
export const runVitepress = async (folder: string, command: 'build' | 'dev'): Promise<number> => {
  const program = join(folder, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
  const child = spawn(process.execPath, [program, command, '.'], { cwd: folder, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
};
