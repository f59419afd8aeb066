import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveThresholds } from '@livekit-swarm/analysis';
import { expandPlan, parseThresholds, scenarioOfFlags } from '@livekit-swarm/scenario';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunFlags } from '../../packages/cli/src/flags/run.ts';
import { examplesOf } from '../../packages/cli/src/help/command-help.ts';
import { ROOT_EXAMPLES } from '../../packages/cli/src/help/root-help.ts';
import { parseReportRequests } from '../../packages/cli/src/output/report-request.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import { readTarget } from '../../packages/cli/src/requests/target.ts';
import { markdownPages, readPage, root } from './testing/markdown-pages.ts';
import { readCommand } from './testing/shell-words.ts';

/** Arguments of `swarm` in any form of its call; null for other commands. */
const swarmArguments = (words: string[]): string[] | null => {
  const start = [
    ['npx', 'swarm'],
    ['swarm'],
    ['npm', 'start', '--silent', '--'],
    ['npm', 'start', '--'],
    ['npm', 'start'],
  ].find((call) => call.every((word, index) => words[index] === word));
  return start === undefined ? null : words.slice(start.length);
};

/**
 * Commands of a page: place, command line, environment. A variable that was exported earlier in the
 * block stays set.
 */
const commandsOf = (page: string): [string, string, Record<string, string>][] =>
  [...readPage(page).matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => {
    let exported: Record<string, string> = {};
    return block.split('\n').flatMap((line): [string, string, Record<string, string>][] => {
      const { env, words } = readCommand(line);
      if (words.length === 0) exported = { ...exported, ...env };
      return swarmArguments(words) === null ? [] : [[page, line, { ...exported, ...env }]];
    });
  });

type Command = ReturnType<typeof createProgram>;

const programOf = (env: Record<string, string>): Command =>
  createProgram({ stdout: process.stdout, stderr: process.stderr, env }, () => {});

const everyCommand = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];

/**
 * Parses a command line like `swarm`, without executing it. A reader's files with a CA and with
 * logs of servers are not looked for.
 * @throws Error with the problem of the command line
 */
const read = async (line: string, variables: Record<string, string>): Promise<void> => {
  const { SWARM_CA: _, ...env } = variables;
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const program = programOf(env);
  program.action((flags: RunFlags) => {
    if (program.args.length > 0) throw new Error(`unknown command: ${program.args.join(' ')}`);
    const scenario = scenarioOfFlags(flags, flags.threshold);
    const withoutLogs: RunFlags = { ...flags, serverLog: [] };
    readTarget(withoutLogs, (flag) => program.getOptionValueSource(flag) === 'cli', env);
    resolveThresholds(scenario);
    expandPlan(scenario, 'k3x9h');
  });
  for (const command of program.commands) {
    for (const nested of command.commands) nested.action(() => filesAreThere(nested.args));
    command.action(() => {
      // Records of a comparison are others, which its own tests read.
      if (command.name() === 'run' || command.name() === 'report') {
        parseReportRequests(
          command.opts<{ report: string[] }>().report,
          command.opts<{ json?: boolean }>().json === true,
        );
      }
      resolveThresholds(
        scenarioOfFlags({}),
        parseThresholds(command.opts<{ threshold?: string[] }>().threshold ?? []),
      );
    });
  }
  await program.parseAsync(swarmArguments(readCommand(line).words) ?? [], { from: 'user' });
};

/** Checks that the drill files of a command are in the checkout. */
const filesAreThere = (args: readonly string[]): void => {
  const missing = args.filter(
    (arg) => /^chaos\/[\w.-]+\.yaml$/.test(arg) && !existsSync(join(root, arg)),
  );
  if (missing.length > 0) throw new Error(`there is no ${missing.join(', ')}`);
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('command lines of the pages', () => {
  const commands = markdownPages().flatMap(commandsOf);

  it('exist', () => {
    expect(commands.length).toBeGreaterThan(10);
  });

  it.each(commands)('%s: %s', async (_page, line, env) => {
    await expect(read(line, env)).resolves.toBeUndefined();
  });

  it('have no placeholder that has to be guessed', () => {
    const lines = markdownPages().flatMap((page) =>
      [...readPage(page).matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
        block.split('\n').map((line) => `${page}: ${line.split('#')[0]}`),
      ),
    );
    expect(lines.filter((line) => /…|your-org|gitlab\.example/.test(line))).toEqual([]);
  });

  const examples = [ROOT_EXAMPLES, ...everyCommand(programOf({})).map(examplesOf)]
    .flat()
    .map(([line]): [string] => [line])
    .filter(([line]) => swarmArguments(readCommand(line).words) !== null);

  it('of the help exist', () => {
    expect(examples.length).toBeGreaterThan(50);
  });

  it.each(examples)('an example of the help: %s', async (line) => {
    const env = line.includes('--url')
      ? { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'secret' }
      : { SWARM_QUEUE: 'redis://127.0.0.1:6379' };
    await expect(read(line, env)).resolves.toBeUndefined();
  });

  it.each([
    'swarm --romms 3',
    'swarm --rooms 0',
    "swarm --threshold 'jiter: max<1'",
    'swarm reprot x',
    'swarm validate',
    'swarm chaos run',
    'swarm chaos plan chaos/none.yaml',
  ])('a wrong one is noticed: %s', async (line) => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await expect(read(line, {})).rejects.toThrow();
    vi.restoreAllMocks();
  });
});
