import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import type { AssertScenario, RunCommandFlags } from './commands/run.ts';
import { type Console, write } from './console.ts';
import { describesLoad, typedFlags } from './flags/describes-load.ts';
import { addGroup } from './flags/environment.ts';
import { isTyped } from './flags/is-typed.ts';
import { colorFlag } from './flags/output.ts';
import { addRunFlags, type RunFlags } from './flags/run.ts';
import { scenarioFlags } from './flags/scenario.ts';
import { blameEnvironment } from './help/blame-environment.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';
import { unknownCommand } from './help/command-line-error.ts';
import { exitCodeHelp } from './help/exit-code-help.ts';
import { SHORT_HELP } from './help/root-help.ts';

/** Flags of a run, with scenario files or without one. */
type AnyRunFlags = RunCommandFlags & RunFlags & { printScenario?: true };

type Done = (exitCode: ExitCode) => void;

/** Makes the program itself run the load that flags describe. Its code is loaded on use. */
export const addRunWithoutCommand = (program: Command, console: Console, done: Done): Command =>
  addEveryRunFlag(program, console).action(async (_flags: unknown, command: Command) => {
    const [word] = command.args;
    if (word !== undefined) throw notACommand(word, program);
    if (!describesLoad(command, console.env)) {
      const [flag] = typedFlags(command);
      if (flag !== undefined) throw noLoad(`swarm ${flag}`);
      await write(console.stdout, SHORT_HELP);
      done(EXIT_CODES.passed.code);
      return;
    }
    done(await runDescribedLoad(command, console).catch(blameEnvironment(command)));
  });

/** `swarm run`. Its code is loaded on use. */
export const addRunCommand = (program: Command, console: Console, done: Done): void => {
  const run = program
    .command('run')
    .description('run a load: scenario files one by one, or what flags describe')
    .argument('[files...]', 'scenario files; - for standard input');
  addGroup(run, console.env, 'Scenario:', scenarioFlags());
  addHelp(addEveryRunFlag(run, console), runHelp).action(
    async (files: string[], _flags: unknown, command: Command) => {
      done(await runFilesOrFlags(files, command, console).catch(blameEnvironment(command)));
    },
  );
};

/** `swarm agents run`: `swarm run` of scenario files whose participants talk with voice agents. */
export const addAgentsRunCommand = (agents: Command, console: Console, done: Done): void => {
  const run = agents
    .command('run')
    .description('run scenario files whose callers talk with your agents, as "swarm run" does')
    .argument('<files...>', 'scenario files; - for standard input');
  addGroup(run, console.env, 'Scenario:', scenarioFlags());
  addHelp(addEveryRunFlag(run, console), agentsRunHelp).action(
    async (files: string[], _flags: unknown, command: Command) => {
      const { assertCallers } = await import('./agents/assert-callers.ts');
      done(
        await runFilesOrFlags(files, command, console, assertCallers).catch(
          blameEnvironment(command),
        ),
      );
    },
  );
};

const agentsRunHelp: CommandHelp = {
  examples: [
    ['swarm agents run calls.yaml --url wss://livekit.staging.example.com'],
    [
      "swarm agents run calls.yaml --threshold 'agent_join_time: p(95)<3000' --threshold 'agent_response_time: p(95)<1500' --threshold 'agent_barge_in: p(95)<500' --threshold 'agents_lost: rate==0' --threshold 'agent_turns_unanswered: rate<0.02'",
    ],
    ['swarm agents run scenarios/voice-agents.yaml --scale small'],
  ],
  notes: `
The same as swarm run, whose help has all exit codes and variables; a file without a role that has
the key conversation is refused. Callers without an agent, and turns without an answer, are judged
although the file has no threshold for them.
`,
};

const addEveryRunFlag = (command: Command, { env }: Console): Command =>
  addRunFlags(command, env)
    .optionsGroup('General:')
    .option('--print-scenario', 'print the equivalent scenario file and exit')
    .addOption(colorFlag());

const noLoad = (typed: string): Error =>
  usageError(
    `${typed}: neither a scenario file nor a flag describes a load`,
    'for example: swarm run scenario.yaml, or swarm run --rooms 20',
  );

const notACommand = (word: string, program: Command): Error =>
  /\.ya?ml$/.test(word)
    ? usageError(`unknown command "${word}"`, `to run a scenario file: swarm run ${word}`)
    : unknownCommand(word, program, 'swarm');

const runFilesOrFlags = async (
  files: readonly string[],
  command: Command,
  console: Console,
  assertScenario?: AssertScenario,
): Promise<ExitCode> => {
  if (files.length === 0 && !describesLoad(command, console.env)) throw noLoad('swarm run');
  const typed = isTyped(command);
  const { assertFileOrFlags } = await import('./scenario/file-or-flags.ts');
  assertFileOrFlags(files[0], typed);
  if (files.length === 0) return await runDescribedLoad(command, console);
  const { runCommand } = await import('./commands/run.ts');
  return await runCommand(files, command.opts<AnyRunFlags>(), typed, console, assertScenario);
};

const runDescribedLoad = async (command: Command, console: Console): Promise<ExitCode> => {
  const flags = command.opts<AnyRunFlags>();
  if (flags.printScenario === true) {
    const { printScenarioCommand } = await import('./commands/print-scenario.ts');
    return await printScenarioCommand(flags, console);
  }
  const { swarmCommand } = await import('./commands/swarm.ts');
  return await swarmCommand(flags, isTyped(command), console);
};

const runHelp: CommandHelp = {
  examples: [
    ['swarm --rooms 20', '20 rooms of two, audio, 30 s'],
    ['swarm --rooms 500 --duration 60s', 'a thousand participants with audio'],
    ['swarm --publish audio,video --simulcast --participants 4', 'video calls of four'],
    ['swarm --room town-hall --participants 3 --subscribers 500', 'a room with a large audience'],
    ['swarm --url wss://livekit.example.com --rooms 50', 'your deployment'],
    ["swarm --threshold 'join_time: p(95)<1000' --json > run.json", 'in CI: the exit code decides'],
    ['swarm plan scenarios/viral-spike.yaml', 'whether this host can generate it'],
    ['swarm run scenarios/voice-ai.yaml', 'a scenario file'],
    ['swarm run scenarios/*.yaml --scale small', 'a short trial of each'],
    ['swarm run release.yaml --url wss://livekit.example.com'],
    [
      "swarm run release.yaml --threshold 'join_time: p(95)<1500' --tag commit=4f2a91c --report junit=out/junit.xml",
    ],
    ['swarm report', 'the last run, evaluated again'],
  ],
  notes: `
Without the word "run", flags describe a load, too. All files are read, checked and planned before
the first is run. Without --url, a new server is started for each. Several files are reported one
by one, with an overview at the end; --json then prints one object with all of them in "runs", and
--record is a folder with a subfolder for each. If one cannot run, the others still do.

Environment:
  Every flag can be set as SWARM_NAME (--join-rate: SWARM_JOIN_RATE); SWARM_THRESHOLD holds several, separated by ";".
  LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET as with LiveKit's own tools.
  Flags take precedence over the environment (SWARM_SCALE, SWARM_THRESHOLD, …), and that over the file. A threshold replaces the one of the file with the same metric, selector, window and aggregation, and is added to the others.
  A variable that is set but empty is an error: unset it, or give the flag.
  SWARM_LIVEKIT_SERVER is the path of a livekit-server to start instead of the pinned one.
  SWARM_METRICS_TOKEN is the bearer token that --metrics requires. SWARM_NOTIFY_SECRET signs what --notify sends. --out otlp and otlp-traces follow OTEL_EXPORTER_OTLP_*, --out prometheus-rw SWARM_PROMETHEUS_RW_*.

${exitCodeHelp()}

With several files, the first of these is returned: 130, 1, 2, 3, 99, 98, 0.

While it runs, progress goes to stderr; results go to stdout. Ctrl-C once: participants leave, the
rest is skipped, and the verdict covers what was measured. Twice: everything ends at once. --json
prints exactly one object, and none for bad usage (exit 2).
`,
};
