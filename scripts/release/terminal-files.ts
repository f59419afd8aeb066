import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeCommand } from '../../packages/cli/src/completion/command-tree.ts';
import { SHELLS } from '../../packages/cli/src/completion-program.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import { manPage } from './man-page.ts';

/** Manual pages, which npm links for global installations. */
export const MAN_PAGES = ['man/livekit-swarm.1', 'man/swarm.1'];

/** Writes files for terminals: manual pages and completions. */
export const buildTerminalFiles = async (dir: string, version: string): Promise<void> => {
  const { stdout, stderr } = process;
  const program = describeCommand(createProgram({ stdout, stderr, env: {} }, () => {}));
  const page = manPage(program, version);
  const files: Record<string, string> = {
    ...Object.fromEntries(MAN_PAGES.map((path) => [path, page])),
    'completions/swarm.bash': SHELLS.bash(program),
    'completions/_swarm': SHELLS.zsh(program),
    'completions/swarm.fish': SHELLS.fish(program),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
};
