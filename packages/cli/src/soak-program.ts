import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { Console } from './console.ts';
import { addSearchedDeployment } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { isTyped } from './flags/is-typed.ts';
import { addLoadFlags } from './flags/load.ts';
import { colorFlag, quietFlag, recordFlag, reportFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { scenarioFlags } from './flags/scenario.ts';
import { serversFlag } from './flags/server.ts';
import { nodeMetricsFlag } from './flags/server-metrics.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';
import type { SoakFlags } from './soak/read-request.ts';

/** `swarm soak`. Its code is loaded on use. */
export const addSoakCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const soak = program
    .command('soak')
    .description('find leaks: what a server keeps of participants that have left')
    .usage('[flags] [SCENARIO.yaml]')
    .argument(
      '[scenario...]',
      'a scenario file; - for standard input; without one, flags describe the load',
    );
  addGroup(soak, console.env, 'Soak:', [
    new Option(
      '--for <time>',
      'the longest; it ends when the result is certain (default: 1h)',
    ).default('1h'),
    new Option(
      '--departures <ways>',
      'ways of leaving that take turns, separated by commas: leave, close, disappear, before-response, before-offer, before-ice, scenario (default: those of the scenario, else all six)',
    ),
    new Option(
      '--settle <time>',
      'the longest to wait after each cycle until the server is at rest (default: 90s)',
    ).default('90s'),
    new Option(
      '--warm-up <n>',
      'cycles that do not count at the beginning (default: one of each kind of departure, at least 2)',
    ),
    repeatable(
      '--tolerate <resource=n>',
      'accepted growth per 1,000 joins (may be repeated; default: goroutines=20, descriptors=10, memory=10MB)',
    ),
  ]);
  addGroup(soak, console.env, 'Scenario:', scenarioFlags());
  addLoadFlags(soak, console.env);
  addSearchedDeployment(soak, console.env, [
    serversFlag('may be repeated to compare servers'),
    nodeMetricsFlag(),
  ]);
  addGroup(soak, console.env, 'Result:', [recordFlag('TIME-soak-NAME'), ...reportFlags('soak')]);
  addGroup(soak, console.env, 'Load generator:', [processesFlag(), quietFlag()]);
  addHelp(soak.addOption(colorFlag()), soakHelp).action(
    async (files: string[], _flags: unknown, command: Command) => {
      const { soakCommand } = await import('./commands/soak.ts');
      const flags = { ...command.opts<SoakFlags>(), threshold: [] };
      done(await soakCommand(files, flags, isTyped(command), console));
    },
  );
};

const soakHelp: CommandHelp = {
  examples: [
    ['swarm soak scenarios/join-and-leave.yaml --for 20m'],
    [
      'swarm soak scenarios/join-and-leave.yaml --departures before-response --server 1.13.3 --server 1.13.4 --server 1.13.5',
    ],
    ['swarm soak --rooms 10 --participants 4 --duration 5s --departures leave,disappear --for 1h'],
    [
      'swarm soak scenarios/churn.yaml --url wss://livekit.example.com --server-metrics http://10.0.0.5:6789/metrics',
    ],
  ],
  notes: `
The load runs in cycles. After each one the server is read when it is at rest: no rooms, and a
number of goroutines that does not change. The result is the growth per 1,000 joins, with its
confidence interval. Several servers are soaked one after the other, each for --for at most; the
exit code is that of the last one.

Exit codes: 0 nothing remains beyond what is tolerated; 99 a leak; 98 not certain; 3 the server
could not be reached; 130 interrupted.
`,
};
