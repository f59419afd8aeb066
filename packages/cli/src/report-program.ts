import type { ExitCode } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import type { ReportFlags } from './commands/report.ts';
import type { Console } from './console.ts';
import { uiPortFlag } from './flags/live.ts';
import { colorFlag, outputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm report`. Its code is loaded on use. */
export const addReportCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
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
    .addOption(colorFlag());
  for (const option of outputFlags('full')) report.addOption(option);
  report
    .option('--quiet', 'do not print where reports were written')
    .option(
      '--serve',
      'show the record in a browser on this host until Ctrl-C; also one that is being written',
    )
    .addOption(uiPortFlag())
    .option(
      '--participant <id>',
      'all of one participant instead: path, candidates, tracks, events, its room (text, json, markdown, html)',
    );
  addHelp(report, reportHelp).action(
    async (record: string | undefined, _flags: unknown, command: Command) => {
      const { reportCommand } = await import('./commands/report.ts');
      done(await reportCommand(record, command.opts<ReportFlags>(), console));
    },
  );
};

const reportHelp: CommandHelp = {
  examples: [
    ['swarm report', 'the last run in records/'],
    ['swarm report records/2026-11-21T12-00-00-k3x9h'],
    [
      'swarm report --participant k3x9h-1-p1 --report html',
      'one participant of the last run, as a page',
    ],
    ['swarm report records/2026-11-21T12-00-00-k3x9h --serve', 'in a browser; also while it runs'],
    [
      "swarm report records/2026-11-21T12-00-00-k3x9h --threshold 'media_latency: p(95)<100' --json",
    ],
  ],
  notes: `
The exit code is that of the run, evaluated with these thresholds: see "swarm run --help".
`,
};
