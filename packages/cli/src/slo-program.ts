import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { SloReportFlags } from './commands/slo-report.ts';
import type { Console } from './console.ts';
import { fromEnvironment } from './flags/environment.ts';
import { resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm slo`. Its code is loaded on use. */
export const addSloCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const slo = program
    .command('slo')
    .description('show service level objectives: joins, availability, good media');
  const report = slo
    .command('report')
    .description('objectives by month, from a Prometheus with the recording rules of swarm mixin')
    .addOption(
      fromEnvironment(
        new Option('--prometheus <url>', 'address of Prometheus').default('http://127.0.0.1:9090'),
        console.env,
      ),
    )
    .option('--month <month>', 'the last month, in UTC: 2026-11 (default: the current one)')
    .option('--months <n>', 'number of months up to that one', '1')
    .option('--config <file>', 'mixin.yaml with your objectives and labels')
    .option('--variant <name>', 'default, helm, compose or lab; or the key variant of the file')
    .option('--selector <labels>', 'only some deployments: cluster="eu"')
    .addOption(
      repeatable(
        '--exclude <from/to>',
        'a time that does not count (may be repeated): 2026-11-12T14:00Z/2026-11-12T15:00Z',
      ),
    )
    .option('--with-drills', 'count drills, too')
    .option('--with-load-tests', 'count load tests, too')
    .option('--check', 'exit with 99 when an objective is missed, with 98 when too little is known')
    .option('--min-coverage <share>', 'what --check must know of each month', '99%');
  for (const option of resultOutputFlags('slo')) report.addOption(option);
  addHelp(report, sloHelp).action(async (flags: SloReportFlags) => {
    const { sloReportCommand } = await import('./commands/slo-report.ts');
    done(await sloReportCommand(flags, console));
  });
};

const sloHelp: CommandHelp = {
  examples: [
    ['swarm slo report --prometheus http://prometheus.example.com:9090'],
    ['swarm slo report --month 2026-10 --months 3 --config mixin.yaml'],
    ['swarm slo report --month 2026-10 --exclude 2026-10-12T14:00Z/2026-10-12T15:00Z --json'],
  ],
  notes: `
Drills and load tests are announced by their own metrics: run them with --metrics, and let
Prometheus scrape them with the cluster label of the deployment. Exits with 0, with 3 when
Prometheus does not answer, with 98 when it has no figures, or too few for --check, and with 99 when
--check finds an objective missed.
`,
};
