/** Commands of the pages with which a new user begins: each is executed, or there is a reason why not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  commandFolder,
  commandsOf,
  FIRST_PAGES,
  TREATMENTS,
  treatmentOf,
} from '../support/page-commands.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const commands = [...new Set(FIRST_PAGES.flatMap(commandsOf))];
const quick = commands.filter((command) => treatmentOf(command) === 'quick');

describe('commands of the first pages', () => {
  it('are all executed by a test, or named with the reason why not', () => {
    expect(commands.filter((command) => treatmentOf(command) === undefined)).toEqual([]);
    const unused = Object.keys(TREATMENTS).filter(
      (start) => !commands.some((command) => command.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });

  it('name tests that exist', () => {
    for (const treatment of Object.values(TREATMENTS))
      if (typeof treatment === 'object' && 'test' in treatment)
        expect(existsSync(join(ROOT, treatment.test)), treatment.test).toBe(true);
  });

  it('work as typed, one after the other in one folder', async () => {
    expect(quick.length).toBeGreaterThan(5);
    const folder = commandFolder();
    for (const command of quick) {
      const { code, output } = await folder.run(command);
      // doctor reports by its exit code what this host lacks.
      const accepted = command.includes('swarm doctor') ? [0, 3] : [0];
      expect(accepted, `${command}\n${output}`).toContain(code);
    }
    expect(existsSync(join(folder.dir, 'meeting.yaml'))).toBe(true);
  });
});
