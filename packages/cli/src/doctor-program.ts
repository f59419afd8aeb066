import type { ExitCode } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import type { VersionFlags } from './commands/version.ts';
import type { Console } from './console.ts';
import { colorFlag } from './flags/output.ts';
import { addHelp } from './help/command-help.ts';

/** `swarm doctor` and `swarm version`. Their code is loaded on use. */
export const addDoctorCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const doctor = program
    .command('doctor')
    .description('show what is installed, what is missing, and how to install it')
    .addOption(colorFlag());
  addHelp(doctor, {
    examples: [['swarm doctor']],
    notes: 'Changes and downloads nothing. Exits with 0 when "swarm" can run here, else with 3.',
  }).action(async (flags: { color: boolean }) => {
    const { doctorCommand } = await import('./commands/doctor.ts');
    done(await doctorCommand(flags, console));
  });

  const version = program
    .command('version')
    .description('print the version; with --json, also those of its parts')
    .option('--json', 'print one JSON object: media engine, Node, pinned livekit-server');
  addHelp(version, { examples: [['swarm version --json']] }).action(async (flags: VersionFlags) => {
    const { versionCommand } = await import('./commands/version.ts');
    done(await versionCommand(flags, console));
  });
};
