import { readFileSync } from 'node:fs';
import { type Outcome, REPORTERS, type Reporter, wholeOf } from '@livekit-swarm/report';
import { stagedReport } from '@livekit-swarm/testkit/reports';
import { code, generatedFrom, table } from './markdown.ts';

const render = async (reporter: Reporter, outcomes: Outcome[]): Promise<string> => {
  const rendered = reporter.render(outcomes);
  return rendered === null ? '' : await wholeOf(rendered);
};

/** The lines from the first that matches to the last before `to` matches; what is between excerpts is three points. */
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

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** docs/reports.md: each reporter with what it makes of one and the same run. */
export const reportsPage = async (): Promise<string> => {
  const run = stagedReport();
  const { text, json, junit, markdown, github, csv } = REPORTERS;
  const jsonText = await render(json, [run]);
  const { schema, verdict, exitCode, reasons, thresholds } = JSON.parse(jsonText);
  const shownJson = { schema, verdict, exitCode, reasons, thresholds: thresholds.slice(-2) };
  const csvText = await render(csv, [run]);
  const csvLines = csvText.split('\r\n');
  return `${generatedFrom('scripts/docs/reports-page.ts, by the reporters themselves')}

# Reports

Everything that is shown of a run is derived from its [record](record-format.md), so reports cannot disagree. A run prints a text for people; every other
report is made when it is asked for, while a run ends or from its record at any time later, as often as you like:

${fenced(
  'sh',
  `npx swarm run scenarios/voice-ai.yaml --scale small --report junit=out/junit.xml --report html=out/report.html
npx swarm report records/2026-11-21T12-00-00-k3x9h --report markdown=- --threshold 'join_time: p(95)<500'`,
)}

${table(
  ['report', 'file', 'several runs', 'what it is'],
  Object.entries<Reporter>(REPORTERS).map(([name, { fileName, several, about }]) => [
    code(name),
    code(fileName),
    several ? 'in one document' : 'a file each',
    about,
  ]),
)}

- ${code('--report NAME=FILE')} writes to that file, in that folder under the name above, or with ${code('-')} to stdout in place of the text. Folders that are missing are made.
  Without a file it goes to the folder of the record. ${code('--json')} is short for ${code('--report json=-')}; ${code('SWARM_REPORT')} holds several, divided by ${code(';')}.
- Several runs (${code('swarm run a.yaml b.yaml')}) go into one document where there is one for several; of the others each run gets a file with its scenario's name in it
  (${code('report-voice-ai.html')}).
- A file appears whole or not at all. A report that cannot be written is told on stderr and takes neither the other reports nor the verdict with it: the exit code is that of the run, and 1
  where that would have been 0. The record has everything, so it can be made again.
- A record that breaks off can be reported as well; the reports say that it does.

Drills have [reports of their own](chaos.md#the-report).

The examples are of one made-up run, [with two groups, three stages and a stretch with a name](../testkit/src/reports.ts).

## text

The verdict and why, thresholds, stages, joins, media (by role where there are several), who had it worst, whether the generator was fit to measure. At most a few lines
a section; colours on a terminal only (${code('--no-color')}, ${code('NO_COLOR')}, ${code('FORCE_COLOR')}).

${fenced('text', excerpt(await render(text, [run]), [/^✗/, /^JOINS/]))}

## json

One object with everything: thresholds with value and whether they held (${code('null')}: not measured), every metric under a flat key (${code('join_time.p95')}) of the whole run and of each window, joins,
media, the worst stays, the scenario as it ran, the environment. Its JSON Schema is
[packages/report/schema/result.schema.json](../packages/report/schema/result.schema.json); fields may be added under the same ${code('schema')}. Several runs are one object, too, with all of them in ${code('runs')}. A run that did
not come about has the same envelope, with ${code('error')}.

${fenced('json', JSON.stringify(shownJson, null, 2))}

## junit

A suite for each scenario, a test case for each threshold, and one named ${code('verdict')}: a run fails when the server died, even if every threshold held. A crossed threshold is a
*failure*. What could not be judged is an *error*, as JUnit means it (the check could not be made): every CI system shows that as red, most count it apart from failures, and none takes it
for passed, which they do with what is skipped. Names hold no figures, so CI systems can compare runs. Figures, tags, environment and the record are properties of the suite; the text report
is the output of ${code('verdict')}. Only elements and attributes that Jenkins's schema (junit-10.xsd) knows are used.

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

For a comment on a pull request: the verdict, why, and the thresholds, those that were crossed first; everything else is folded away. It is never longer than the 65,536 characters that GitHub takes: figures
go before reasons do, and it says so. Nothing that a server said or a team named becomes HTML, a link or a mention.

${fenced('markdown', excerpt(await render(markdown, [run]), [/^## /, /^\| ✓ \| `join_time` /], [/<summary>Stages/, /<summary>Joins/]))}

## github

Annotations of GitHub Actions (the verdict of each scenario first, then what was crossed: GitHub shows ten of a kind) and the Markdown above, appended to the summary of the step. Inside
of GitHub Actions (${code('GITHUB_ACTIONS=true')}) this happens by itself; ${code('--no-github')} leaves it out. Annotations go to stdout behind the text, and to stderr where stdout is for a machine (${code('--json')},
${code('--report …=-')}): GitHub reads both. What failed is an error, what nobody can judge a warning.

${fenced('text', (await render(github, [run])).trimEnd())}

## csv

Samples over time, for a spreadsheet or a notebook (RFC 4180): a line for each second and series, that is for each group, role, direction, kind and codec. ${code('at_s')} is when the second ended, counted from the start of
the run. Counts are of that second, and add up over lines. Percentiles (ms) are taken from the bins of all workers together, and do not add up. Columns that begin with ${code('run_')} are of the whole run
and the same in every line of a second. It is read from the record piece by piece: memory does not grow with the length of a run.

${fenced('csv', csvLines.slice(0, 4).join('\n'))}

${readFileSync(new URL('html-report.md', import.meta.url), 'utf8').trimEnd()}
`;
};
