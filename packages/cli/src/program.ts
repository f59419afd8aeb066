import {
  EXIT_CODES,
  type ExitCode,
  isUsageError,
  usageError,
} from '@livekit-swarm/settings/errors';
import { Command, Help, type ParseOptions } from 'commander';
import { addCapacityCommands } from './capacity-program.ts';
import { addChaosCommands } from './chaos-program.ts';
import type { ReportFlags } from './commands/report.ts';
import type { VersionFlags } from './commands/version.ts';
import { addCompareCommands } from './compare-program.ts';
import { addCompletionCommand } from './completion-program.ts';
import { addConnectivityCommand } from './connectivity-program.ts';
import { type Console, write } from './console.ts';
import { addCostCommand } from './cost-program.ts';
import { addExporterCommand } from './exporter-program.ts';
import { rejectEmptyVariables } from './flags/environment.ts';
import { describesLoad } from './flags/load.ts';
import { hasFolderSettings, noConfigFlag, readsFolderSettings } from './flags/no-config.ts';
import { colorFlag, outputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { addRunFlags, type RunFlags } from './flags/run.ts';
import { addFleetCommands } from './fleet-program.ts';
import { doctorHelp, reportHelp, shortHelp } from './help.ts';
import { throwUsageError, unknownCommand } from './help/command-line-error.ts';
import { rootHelp } from './help/root-help.ts';
import { addLabCommands } from './lab-program.ts';
import { refuseMisplacedFlags } from './misplaced-flags.ts';
import { addMixinCommand } from './mixin-program.ts';
import { addRecordsCommands } from './records-program.ts';
import { addRunCommands, addScenarioCommands } from './scenario-program.ts';
import { addSessionCommand } from './session-program.ts';
import { addSloCommands } from './slo-program.ts';
import { addSoakCommand } from './soak-program.ts';
import { addVerifyCommand } from './verify-program.ts';
import { VERSION } from './version.ts';

/** Called with the exit code of a command. */
type Done = (exitCode: ExitCode) => void;

/** For a value from the environment, the error names the variable. */
const blameEnvironment =
  (command: Command) =>
  (error: unknown): never => {
    const fromOutside = command.options.filter(
      (option) => command.getOptionValueSource(option.attributeName()) === 'env',
    );
    if (!isUsageError(error) || fromOutside.length === 0) throw error;
    const names = `from the environment: ${fromOutside.map(({ envVar }) => envVar).join(', ')}`;
    throw usageError(error.message, error.hint === null ? names : `${error.hint} (${names})`);
  };

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
      helpWidth: Math.min(100, console.stdout.columns ?? 100),
      // Each description contains values and default already.
      optionDescription: ({ description }) => description,
      formatHelp: (command, helper) =>
        command === program ? rootHelp(command) : new Help().formatHelp(command, helper),
    })
    // Flags after a command's name are the command's own.
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show the help of a command')
    .allowExcessArguments()
    .hook('preAction', async (_program, command) => {
      refuseMisplacedFlags(program, command);
      rejectEmptyVariables(command, console.env);
      const isLoad = command !== program || describesLoad(command, console.env);
      if (isLoad && readsFolderSettings(command) && hasFolderSettings('.')) {
        const { useFolderSettings } = await import('./folder-settings/use-settings.ts');
        await useFolderSettings(command, console);
      }
      const { ca } = command.opts<{ ca?: string }>();
      if (ca !== undefined) await trustOwnAuthorities(ca);
    });

  addRunFlags(program, console.env)
    .optionsGroup('General:')
    .option('--print-scenario', 'print the equivalent scenario file and exit')
    .addOption(colorFlag())
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this page')
    .action(async (flags: RunFlags & { printScenario?: true }, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined) {
        throw /\.ya?ml$/.test(unknown)
          ? usageError(
              `unknown command "${unknown}"`,
              `to run a scenario file: swarm run ${unknown}`,
            )
          : unknownCommand(unknown, program, 'swarm');
      }
      if (!describesLoad(command, console.env)) {
        await write(console.stdout, shortHelp);
        done(EXIT_CODES.passed.code);
        return;
      }
      if (flags.printScenario === true) {
        const { printScenarioCommand } = await import('./commands/print-scenario.ts');
        done(await printScenarioCommand(flags, console).catch(blameEnvironment(command)));
        return;
      }
      const { swarmCommand } = await import('./commands/swarm.ts');
      const typed = (flag: keyof RunFlags): boolean => command.getOptionValueSource(flag) === 'cli';
      done(await swarmCommand(flags, typed, console).catch(blameEnvironment(command)));
    });
  addRunCommands(program, console, done, blameEnvironment);
  const report = program
    .command('report')
    .description('evaluate and render a finished run again')
    .argument(
      '[record]',
      'folder of a run, or the record.ndjson in it (default: the last one in records/)',
    )
    .addOption(
      repeatable(
        '--threshold <expression>',
        'threshold that replaces one of the record (may be repeated)',
      ),
    )
    .addOption(colorFlag())
    .addHelpText('after', reportHelp)
    .action(async (record: string | undefined, _flags: unknown, command: Command) => {
      const { reportCommand } = await import('./commands/report.ts');
      done(await reportCommand(record, command.opts<ReportFlags>(), console));
    });

  for (const option of outputFlags('full')) report.addOption(option);
  report
    .option('--quiet', 'do not print where reports were written')
    .option(
      '--serve',
      'show the record in a browser on this host until Ctrl-C; also one that is being written',
    )
    .option('--ui-port <n>', 'port of this page, on 127.0.0.1 (default: a free one)');

  addRecordsCommands(program, console, done);
  program
    .command('doctor')
    .description('show what is installed, what is missing, and how to install it')
    .addOption(colorFlag())
    .addHelpText('after', doctorHelp)
    .action(async (flags: { color: boolean }) => {
      const { doctorCommand } = await import('./commands/doctor.ts');
      done(await doctorCommand(flags, console));
    });

  program
    .command('version')
    .description('print the version; with --json, also those of its parts')
    .option('--json', 'print one JSON object: media engine, Node, pinned livekit-server')
    .action(async (flags: VersionFlags) => {
      const { versionCommand } = await import('./commands/version.ts');
      done(await versionCommand(flags, console));
    });

  addConnectivityCommand(program, console, done);
  addVerifyCommand(program, console, done);
  addCompareCommands(program, console, done);
  addCapacityCommands(program, console, done);
  addSoakCommand(program, console, done);
  addScenarioCommands(program, console, done);
  addCostCommand(program, console, done);
  addLabCommands(program, console, done);
  addChaosCommands(program, console, done);
  addExporterCommand(program, console, done);
  addMixinCommand(program, console, done);
  addSessionCommand(program, console, done);
  addSloCommands(program, console, done);
  addFleetCommands(program, console, done);
  addCompletionCommand(program, console, done);
  for (const command of [program, ...program.commands])
    if (command === program || LOAD_COMMANDS.has(command.name())) command.addOption(noConfigFlag());
  const failed = (command: Command, path: string): void => {
    command.exitOverride((error) =>
      throwUsageError(error, { command, path, typed: program.typed }),
    );
  };
  failed(program, 'swarm');
  // An excess argument is an error: a second file would be ignored, or a flag's value was meant.
  // The main program explains more.
  eachBelow(program, 'swarm', (command, path) => {
    failed(command.allowExcessArguments(false), path);
  });
  return program;
};

/** Commands that send load, for which `swarm.yaml` holds defaults. */
const LOAD_COMMANDS: ReadonlySet<string> = new Set(['run', 'ab', 'capacity', 'soak']);

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
