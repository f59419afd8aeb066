import type { ExitCode } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import type { RecordsFlags } from './commands/records.ts';
import type { RecordsPruneFlags } from './commands/records-prune.ts';
import type { Console } from './console.ts';
import { colorFlag } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm records` and its command. Their code is loaded on use. */
export const addRecordsCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const records = program
    .command('records')
    .description('list records of runs: time, verdict, load, size on disk')
    .usage('[flags] [FOLDER]  or  swarm records prune …')
    .argument('[folder]', 'the folder that holds them (default: records)')
    .option('--last <n>', 'number of the newest, or all (default: 20)', '20')
    .option('--json', 'print one JSON array')
    .addOption(colorFlag());
  addHelp(records, recordsHelp).action(async (folder: string | undefined, flags: RecordsFlags) => {
    const { recordsCommand } = await import('./commands/records.ts');
    done(await recordsCommand(folder, flags, console));
  });

  const prune = records
    .command('prune')
    .description('remove old records; without --yes, list what would be removed')
    .argument('[folder]', 'the folder that holds them (default: records)')
    .option('--keep <n>', 'number of the newest that stay')
    .option('--older-than <age>', 'keep what is younger: 30d, 12h')
    .option('--yes', 'remove them');
  addHelp(prune, pruneHelp).action(async (folder: string | undefined, flags: RecordsPruneFlags) => {
    const { recordsPruneCommand } = await import('./commands/records-prune.ts');
    done(await recordsPruneCommand(folder, flags, console));
  });
};

const recordsHelp: CommandHelp = {
  examples: [
    ['swarm records'],
    ['swarm records --last all --json'],
    ['swarm records prune --keep 20'],
    ['swarm records prune --older-than 30d --yes'],
  ],
  notes: `
Verdicts are those of the records, judged again with their own thresholds; those of drills, ab,
capacity, soak and runs with a baseline are the ones of their results.
`,
};

const pruneHelp: CommandHelp = {
  examples: [
    ['swarm records prune --keep 20', 'list what would be removed'],
    ['swarm records prune --older-than 30d --yes'],
  ],
  notes: `
Removes only folders that hold a record and whose name swarm chose (TIME-NAME): a folder of
--record, such as a baseline, stays, and so does a record to which a run may still write, or with
which a run that stays was compared. Symbolic links are not followed. With --keep and --older-than, a record is removed only if both say so.
`,
};
