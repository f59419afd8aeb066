import { readFileSync } from 'node:fs';
import { type Outcome, REPORTERS, type Reporter, wholeOf } from '@livekit-swarm/report';
import { FORMATS } from '@livekit-swarm/report/formats';
import { stagedReport } from '@livekit-swarm/testkit/reports';
import { code, generatedFrom, table } from './markdown.ts';

const render = async (
  reporter: Reporter<readonly Outcome[]>,
  outcomes: Outcome[],
): Promise<string> => {
  const rendered = reporter.render(outcomes);
  return rendered === null ? '' : await wholeOf(rendered);
};

/**
 * Excerpt of a text from the first line that matches `from` to the last one before `to` matches;
 * three dots stand between excerpts.
 */
const excerpt = (text: string, ...parts: [from: RegExp, to: RegExp][]): string => {
  const lines = text.split(/\r?\n/);
  const pieces = parts.map(([from, to]) => {
    const start = lines.findIndex((line) => from.test(line));
    if (start < 0) throw new Error(`no line matches ${from}`);
    const length = lines.slice(start + 1).findIndex((line) => to.test(line));
    return lines
      .slice(start, length < 0 ? undefined : start + 1 + length)
      .join('\n')
      .trimEnd();
  });
  return pieces.join('\n…\n');
};

/** Commands that have each kind of result. */
const COMMANDS: Record<keyof typeof FORMATS, string> = {
  run: 'swarm run',
  participant: 'swarm report --participant',
  comparison: 'swarm compare, swarm ab',
  drill: 'swarm chaos run',
  night: 'swarm chaos night',
  random: 'swarm chaos random',
  roll: 'swarm roll',
  scale: 'swarm scale',
  forecast: 'swarm scale forecast',
  capacity: 'swarm capacity',
  soak: 'swarm soak',
  plan: 'swarm plan',
  cost: 'swarm cost',
  verify: 'swarm verify',
  audit: 'swarm audit',
  ready: 'swarm ready',
  regions: 'swarm regions',
  connectivity: 'swarm connectivity',
  hls: 'swarm hls',
  presence: 'swarm presence',
  sip: 'swarm sip',
  recordings: 'swarm recordings check, swarm recordings run',
  slo: 'swarm slo report',
  session: 'swarm session',
};

const kindTable = (): string =>
  table(
    ['result', 'commands', ...FORMATS.run.map(code)],
    Object.entries(FORMATS).map(([kind, formats]: [string, readonly string[]]) => [
      kind,
      COMMANDS[kind as keyof typeof FORMATS].split(', ').map(code).join(', '),
      ...FORMATS.run.map((format) => (formats.includes(format) ? '✓' : '')),
    ]),
  );

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** Page docs/reports.md: output of each reporter for the same run. */
export const reportsPage = async (): Promise<string> => {
  const run = stagedReport();
  const { text, json, junit, markdown, github, csv, openmetrics, k6 } = REPORTERS;
  const jsonText = await render(json, [run]);
  const { schema, verdict, exitCode, reasons, thresholds } = JSON.parse(jsonText);
  const shownJson = { schema, verdict, exitCode, reasons, thresholds: thresholds.slice(-2) };
  const csvText = await render(csv, [run]);
  const csvLines = csvText.split('\r\n');
  return `${generatedFrom('scripts/docs/reports-page.ts, by the reporters themselves')}

# Reports

Everything that is shown of a run is derived from its [record](record-format.md), so reports cannot disagree. A run prints a text; other
reports are written on request, at the end of a run or from its record at any time later:

${fenced(
  'sh',
  `npx swarm run scenarios/voice-ai.yaml --scale small --report junit=out/junit.xml --report html=out/report.html
npx swarm report records/2026-11-21T12-00-00-k3x9h --report markdown=- --threshold 'join_time: p(95)<500'`,
)}

${table(
  ['report', 'file', 'several runs', 'description'],
  Object.entries<Reporter<readonly Outcome[]>>(REPORTERS).map(
    ([name, { fileName, several, about }]) => [
      code(name),
      code(fileName),
      several ? 'in one document' : 'one file each',
      about,
    ],
  ),
)}

- ${code('--report NAME=FILE')} writes to that file, in that folder under the name above, or with ${code('-')} to stdout instead of the text. Missing folders are created.
  Without a file it is written to the folder of the record. ${code('--json')} is short for ${code('--report json=-')}; ${code('SWARM_REPORT')} holds several, separated by ${code(';')}.
- Several runs (${code('swarm run a.yaml b.yaml')}) go into one document if the format has one for several; otherwise each run gets a file with its scenario's name
  (${code('report-voice-ai.html')}).
- ${code('--summary compact|full')} is about the text on stdout alone. ${code('compact')}, as runs print it, shows a run that passed in at most 25 lines, and every other run in full; ${code('swarm report')} prints
  ${code('full')}. On terminals that have links, the paths of the record and of reports are links; ${code('--no-color')}, ${code('NO_COLOR')} and ${code('CI')} leave them out.
- A file appears complete or not at all. A report that cannot be written is reported on stderr and does not affect other reports or the verdict: the exit code is that of the run, and 1
  where it would have been 0. It can be made again from the record.
- A truncated record can be reported as well; the reports show that it is truncated.

Drills have [reports of their own](chaos.md#the-report). The examples on this page are of one made-up run, [with two groups, three stages and a named window](../testkit/src/reports.ts).

## Kinds of results

Every command that has a result takes ${code('--report NAME[=FILE]')} and ${code('--json')}. Without a file, a report goes into the folder of the records, or into the working folder where a command has no records.

${kindTable()}

## text

Verdict and reasons, thresholds, stages, joins, media (by role if there are several), the most affected participants, load generator health. A few lines per
section; colours on a terminal only (${code('--no-color')}, ${code('NO_COLOR')}, ${code('FORCE_COLOR')}).

${fenced('text', excerpt(await render(text, [run]), [/^✗/, /^JOINS/]))}

## json

One object with everything: thresholds with value and whether they were met (${code('null')}: not measured), every metric under a flat key (${code('join_time.p95')}) of the whole run and of each window, joins,
media, the most affected participants, the scenario as it ran, the environment. Its JSON Schema is
[packages/report/schema/result.schema.json](../packages/report/schema/result.schema.json); fields may be added under the same ${code('schema')}. Several runs are one object, too, with all of them in ${code('runs')}. A run that could
not start has the same envelope, with ${code('error')}.

${fenced('json', JSON.stringify(shownJson, null, 2))}

## junit

One suite per scenario, one test case per threshold, and one named ${code('verdict')}: a run fails when the server died, even if every threshold held. A crossed threshold is a
*failure*. An inconclusive result is an *error*, as JUnit defines it (the check could not run): every CI system shows errors as red, most count them separately from failures, and none takes them
for passed, as happens with *skipped*. Names contain no figures, so CI systems can compare runs. Figures, tags, environment and the record are properties of the suite; the text report
is the output of ${code('verdict')}. Only elements and attributes of Jenkins's schema (junit-10.xsd) are used.

${fenced(
  'xml',
  excerpt(
    await render(junit, [run]),
    [/^<\?xml/, /name="tag/],
    [/name="metric.join_time.p95"/, /name="metric.join_failures/],
    [/<testcase name="packet_loss\{group:calls\}@peak/, /<testcase name="jitter\{/],
  ),
)}

## markdown

For a comment on a pull request: the verdict, its reasons, and the thresholds, crossed ones first; everything else is folded away. It never exceeds the 65,536 characters that GitHub accepts: figures
are dropped before reasons, with a note. Text from servers and scenario files never becomes HTML, a link or a mention.

${fenced('markdown', excerpt(await render(markdown, [run]), [/^## /, /^\| ✓ \| `join_time` /], [/<summary>Stages/, /<summary>Joins/]))}

## github

Annotations of GitHub Actions (the verdict of each scenario first, then crossed thresholds: GitHub shows ten of a kind) and the Markdown above, appended to the step summary. Inside
GitHub Actions (${code('GITHUB_ACTIONS=true')}) this happens automatically; ${code('--no-github')} disables it. Annotations go to stdout after the text, and to stderr if stdout is machine-readable (${code('--json')},
${code('--report …=-')}): GitHub reads both. A failure is an error, an inconclusive result a warning.

${fenced('text', (await render(github, [run])).trimEnd())}

## csv

Samples over time, for a spreadsheet or a notebook (RFC 4180): one line per second and series, that is per group, role, direction, kind and codec. ${code('at_s')} is the end of the second, from the start of
the run. Counts are of that second, and add up over lines. Percentiles (ms) are computed from the bins of all worker processes together, and do not add up. Columns that begin with ${code('run_')} are of the whole run
and the same in every line of a second. The record is streamed: memory does not grow with the length of a run.

${fenced('csv', csvLines.slice(0, 4).join('\n'))}

## openmetrics

Verdict, exit code, thresholds and figures of the whole run as [OpenMetrics](https://prometheus.io/docs/specs/om/open_metrics_spec/), in base units, with the scenario as label. It is made for GitLab's [metrics report](how-to/gitlab.md), for
${code('curl --data-binary @metrics.txt')} to a Pushgateway, and for the textfile collector of node_exporter, which reads files whose names end in .prom. Distributions are summaries, shares are gauges from 0 to 1. A threshold that was not judged has no series. What happens *during* a run is
in the [metrics that runs push](push-metrics.md).

${fenced('text', excerpt(await render(openmetrics, [run]), [/^# HELP livekit_swarm_result_verdict/, /threshold="media_latency/], [/^# HELP livekit_swarm_result_join_time_seconds/, /^# HELP livekit_swarm_result_join_start/]))}

## k6

The JSON that ${code('k6 run --summary-export')} writes, for programs that read k6: GitLab's [load performance report](how-to/gitlab.md), and scripts. A test compares it with the output of k6 itself. One file for each run.

- Metrics have the names of [metrics.md](metrics.md), times in milliseconds, ${code('cpu_per_packet')} in microseconds. In ${code('thresholds')}, ${code('true')} is crossed, or not judged.
- ${code('checks')} are the verdict and each threshold: ${code('passes')} counts those that were met.
- Metrics that k6 itself has are those of signalling, where each join attempt is one HTTP request: ${code('http_reqs')} (attempts), ${code('http_req_waiting')} and ${code('http_req_duration')} (${code('signal_time')}), ${code('http_req_failed')}
  (${code('join_failures')}), ${code('data_received')} and ${code('data_sent')} (media), ${code('vus_max')} (participants).

${fenced('json', excerpt(await render(k6, [run]), [/^ {2}"metrics"/, /^ {4}"http_req_failed"/], [/^ {4}"packet_loss\{group:calls\}@after"/, /^ {4}"jitter\{role/]))}

${readFileSync(new URL('html-report.md', import.meta.url), 'utf8').trimEnd()}
`;
};
