import type { ExitCode } from '@livekit-swarm/settings/errors';
import { Command, Help, type ParseOptions } from 'commander';
import { addAgentsCommands } from './agents-program.ts';
import { addAuditCommands } from './audit-program.ts';
import { addCapacityCommands } from './capacity-program.ts';
import { addChaosCommands } from './chaos-program.ts';
import { addCompareCommands } from './compare-program.ts';
import { addCompletionCommand } from './completion-program.ts';
import { addConnectivityCommand } from './connectivity-program.ts';
import { type Console, write } from './console.ts';
import { addCostCommand } from './cost-program.ts';
import { addDoctorCommands } from './doctor-program.ts';
import { addExporterCommand } from './exporter-program.ts';
import { describesLoad } from './flags/describes-load.ts';
import { rejectEmptyVariables } from './flags/environment.ts';
import { hasFolderSettings, noSwarmYamlFlag, readsFolderSettings } from './flags/no-swarm-yaml.ts';
import { refuseMisplacedFlags } from './flags/refuse-misplaced.ts';
import { refuseMixedDeployment } from './flags/refuse-mixed.ts';
import { takenSettings } from './flags/taken-settings.ts';
import { unknownVariables } from './flags/unknown-variables.ts';
import { unusedVariables } from './flags/unused-variables.ts';
import { addFleetCommands } from './fleet-program.ts';
import { HELP_WIDTH } from './help/command-help.ts';
import { throwUsageError, unknownCommand } from './help/command-line-error.ts';
import { rootHelp } from './help/root-help.ts';
import { addHlsCommand } from './hls-program.ts';
import { addLabCommands } from './lab-program.ts';
import { addMixinCommand } from './mixin-program.ts';
import { addPresenceCommand } from './presence-program.ts';
import { addReadyCommand } from './ready-program.ts';
import { addRecordingsCommands } from './recordings-program.ts';
import { addRecordsCommands } from './records-program.ts';
import { addRegionsCommand } from './regions-program.ts';
import { addReportCommand } from './report-program.ts';
import { addRollCommand } from './roll-program.ts';
import { addRunCommand, addRunWithoutCommand } from './run-program.ts';
import { addScaleCommand } from './scale-program.ts';
import { addScenarioCommands } from './scenario-program.ts';
import { addSessionCommand } from './session-program.ts';
import { addSipCommand } from './sip-program.ts';
import { addSloCommands } from './slo-program.ts';
import { addSoakCommand } from './soak-program.ts';
import { addVerifyCommand } from './verify-program.ts';
import { VERSION } from './version.ts';
import { addWhipCommand } from './whip-program.ts';

/** Called with the exit code of a command. */
type Done = (exitCode: ExitCode) => void;

/**
 * Trusts the authorities of `--ca` before the first connection of a command.
 * @throws SwarmError `usage`
 */
const trustOwnAuthorities = async (ca: string): Promise<void> => {
  const { readAuthorities, trustAuthorities } = await import('@livekit-swarm/livekit');
  trustAuthorities(readAuthorities(ca));
};

/** The program, which knows what was typed: errors name it. */
class Program extends Command {
  typed: readonly string[] = [];

  override parseAsync(argv: readonly string[], options?: ParseOptions): Promise<this> {
    this.typed = argv;
    return super.parseAsync(argv, options);
  }
}

/** The commands of `swarm`. Their code is loaded on use, so that `--help` is fast. */
export const createProgram = (console: Console, done: Done): Command => {
  const program = new Program('swarm');
  program
    .description('Load tests, checks and faults for self-hosted LiveKit, with real media.')
    .configureOutput({
      writeOut: (text) => void console.stdout.write(text),
      writeErr: (text) => void console.stderr.write(text),
      // Errors are thrown: see `throwUsageError`.
      outputError: () => {},
    })
    .configureHelp({
      helpWidth: Math.min(HELP_WIDTH, console.stdout.columns ?? HELP_WIDTH),
      // Each description contains values and default already.
      optionDescription: ({ description }) => description,
      formatHelp: (command, helper) =>
        command === program ? rootHelp(command) : new Help().formatHelp(command, helper),
    })
    // Flags after a command's name are the command's own.
    .enablePositionalOptions()
    .helpCommand(false)
    .allowExcessArguments()
    .hook('preAction', async (_program, command) => {
      refuseMisplacedFlags(program, command);
      rejectEmptyVariables(command, console.env);
      const isLoad = command !== program || describesLoad(command, console.env);
      if (isLoad && readsFolderSettings(command) && hasFolderSettings('.')) {
        const { useFolderSettings } = await import('./folder-settings/use-settings.ts');
        await useFolderSettings(command, console);
      }
      if (isLoad) refuseMixedDeployment(command);
      for (const line of [
        ...unknownVariables(program, console.env),
        ...unusedVariables(command, console.env),
      ])
        await write(console.stderr, `warning: ${line}\n`);
      const { ca } = command.opts<{ ca?: string }>();
      if (isLoad && ca !== undefined) await trustOwnAuthorities(ca);
    });

  addRunWithoutCommand(program, console, done)
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this page');
  addRunCommand(program, console, done);
  addReportCommand(program, console, done);
  addRecordsCommands(program, console, done);
  addDoctorCommands(program, console, done);
  addConnectivityCommand(program, console, done);
  addVerifyCommand(program, console, done);
  addAuditCommands(program, console, done);
  addReadyCommand(program, console, done);
  addRegionsCommand(program, console, done);
  addPresenceCommand(program, console, done);
  addCompareCommands(program, console, done);
  addCapacityCommands(program, console, done);
  addSoakCommand(program, console, done);
  addScenarioCommands(program, console, done);
  addCostCommand(program, console, done);
  addLabCommands(program, console, done);
  addChaosCommands(program, console, done);
  addRollCommand(program, console, done);
  addScaleCommand(program, console, done);
  addExporterCommand(program, console, done);
  addMixinCommand(program, console, done);
  addSessionCommand(program, console, done);
  addSloCommands(program, console, done);
  addHlsCommand(program, console, done);
  addWhipCommand(program, console, done);
  addSipCommand(program, console, done);
  addRecordingsCommands(program, console, done);
  addAgentsCommands(program, console, done);
  addFleetCommands(program, console, done);
  addCompletionCommand(program, console, done);
  addHelpCommand(program);
  program.addOption(noSwarmYamlFlag());
  const failed = (command: Command, path: string): void => {
    command.exitOverride((error) =>
      throwUsageError(error, { command, path, typed: program.typed }),
    );
  };
  failed(program, 'swarm');
  // An excess argument is an error: a second file would be ignored, or a flag's value was meant.
  // The main program explains more.
  eachBelow(program, 'swarm', (command, path) => {
    failed(command.helpCommand(false).allowExcessArguments(false), path);
    if (takenSettings(command) !== null) command.addOption(noSwarmYamlFlag());
  });
  return program;
};

/** `swarm help COMMAND`: the page of a command. */
const addHelpCommand = (program: Command): void => {
  program
    .command('help')
    .description('show the help of a command')
    .argument('[command...]', 'name of the command: chaos run')
    .action((words: string[]) => {
      let command = program;
      let path = 'swarm';
      for (const word of words) {
        const next = command.commands.find((one) => one.name() === word);
        if (next === undefined) throw unknownCommand(word, command, path);
        command = next;
        path = `${path} ${word}`;
      }
      command.help();
    });
};

/** @param path what one types to get to the command: `swarm lab up` */
const eachBelow = (
  { commands }: Command,
  path: string,
  visit: (command: Command, path: string) => void,
): void => {
  for (const command of commands) {
    const own = `${path} ${command.name()}`;
    visit(command, own);
    eachBelow(command, own, visit);
  }
};
