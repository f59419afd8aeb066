import { asRead } from '@livekit-swarm/testkit/as-read';
import {
  failedReport,
  inconclusiveReport,
  passedReport,
  stagedReport,
  withMessages,
} from '@livekit-swarm/testkit/reports';
import { marked, type Token, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { code, MAX_CHARACTERS, plain } from '../markdown/elements.ts';
import { renderMarkdown } from './markdown.ts';
import type { NoRun, ReportInput } from './report-input.ts';

/** Everything in it, as a renderer of Markdown takes it apart. */
const tokensOf = (markdown: string): Token[] => {
  const all: Token[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token) => void all.push(token));
  return all;
};

const tablesOf = (markdown: string): Tokens.Table[] =>
  tokensOf(markdown).filter((token): token is Tokens.Table => token.type === 'table');

const rowsOf = (markdown: string): string[][] =>
  tablesOf(markdown).flatMap(({ rows }) => rows.map((cells) => cells.map(({ text }) => text)));

/** Text that a reader sees. */
const seen = (markdown: string): string => asRead(marked.parse(markdown, { async: false }));

describe('the Markdown of a run', () => {
  it('has the verdict first, then why, then the thresholds, those crossed before the others', () => {
    const markdown = renderMarkdown([failedReport()]);
    expect(markdown).toMatch(
      /^## ✗ swarm: failed \(exit 99\) on embedded livekit-server 1\.13\.4\n/,
    );
    const [thresholds] = tablesOf(markdown);
    expect(thresholds?.rows.map(([mark]) => mark?.text)).toEqual([...'✗✗✗✗✗✗', ...'✓✓✓✓✓✓']);
    expect(rowsOf(markdown)).toContainEqual([
      '✗',
      '`packet_loss{kind:video}`',
      '`rate<0.02`',
      '**2.06 %**',
      'custom',
    ]);
    expect(seen(markdown)).toContain('missing_tracks: rate was 5.68 %, limit == 0 %.');
  });

  it('folds everything else away, in blocks that are read as Markdown', () => {
    const markdown = renderMarkdown([failedReport()]);
    const titles = [...markdown.matchAll(/<summary>(.*)<\/summary>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      'Joins',
      'Media',
      'Most affected participants',
      'Load generator and deployment',
    ]);
    // Thresholds, joins, media, media by role, the most affected, the surroundings.
    expect(tablesOf(markdown)).toHaveLength(6);
    expect(markdown.match(/<details>/g)).toHaveLength(4);
    expect(markdown.match(/<\/details>/g)).toHaveLength(4);
    expect(markdown).toContain('Record: `runs/2026-11-21T12-00-00-k3x9/record.ndjson`');
  });

  it('marks what was not measured', () => {
    expect(rowsOf(renderMarkdown([inconclusiveReport()]))).toContainEqual([
      '?',
      '`reconnect_time`',
      '`p(95)<5000`',
      '**not measured**',
      'custom',
    ]);
  });

  it.each([
    ['passed', passedReport()],
    ['failed', failedReport()],
    ['inconclusive', inconclusiveReport()],
    ['staged', stagedReport()],
  ])('is as in golden/: %s', async (name, input) => {
    await expect(renderMarkdown([input])).toMatchFileSnapshot(`golden/${name}.md`);
  });
});

describe('the Markdown of several runs', () => {
  it('begins with a table of them, the bad ones first', () => {
    const noRun: NoRun = {
      scenario: 'c',
      verdict: 'failed',
      exitCode: 3,
      reason: 'x',
      message: 'connection | refused',
      hint: 'look',
    };
    const markdown = renderMarkdown([
      withMessages(passedReport(), 'a'),
      withMessages(failedReport(), 'b'),
      noRun,
    ]);
    expect(markdown).toMatch(/^## ✗ 3 scenarios: 2 not passed\n/);
    expect(rowsOf(markdown).slice(0, 3)).toEqual([
      ['✗', '`b`', 'failed (exit 99)', 'join_failures: rate was 5 %, limit &lt; 1 %.'],
      ['✗', '`c`', 'failed (exit 3)', 'connection | refused'],
      ['✓', '`a`', 'passed (exit 0)', ''],
    ]);
    expect(seen(markdown)).toContain('connection | refused');
    expect(markdown.match(/^## /gm)).toHaveLength(4);
  });
});

const failed = failedReport();

describe('hostile words', () => {
  const WORDS = [
    'a | b || c',
    '<script>alert(1)</script> </details> <!-- ',
    '*bold* _it_ __x__ snake_case_word _lead trail_ **b** ~~gone~~ `code` ``more``',
    '[link](there) ![](x) [ref]: x',
    '# heading',
    '- item',
    '1. item',
    '> quote',
    '@user look at #1 and GH-1',
    'back\\slash \\| \\',
    'line\nbreak\r\n\r\n## heading\n\n| a | b |\n|---|---|',
    '&lt; &amp; &#64;',
    '$x^2$',
    'jitter@peak, {kind:audio}@peak',
    'nul \u0000 bell \u0007 half \ud800',
  ];

  it.each(WORDS)('%j stays what it is', (word) => {
    const report = withMessages(failed, word, [word]);
    const markdown = renderMarkdown([report]);
    const usual = tokensOf(renderMarkdown([failed]));
    const tokens = tokensOf(markdown);
    const count = (all: Token[], type: string): number =>
      all.filter((token) => token.type === type).length;
    for (const type of [
      'html',
      'table',
      'heading',
      'link',
      'image',
      'em',
      'del',
      'blockquote',
      'hr',
      'list',
      'code',
    ])
      expect([type, count(tokens, type)]).toEqual([type, count(usual, type)]);
    const text = word
      .toWellFormed()
      .replaceAll('\u0000', '\ufffd')
      .replaceAll('\u0007', '\ufffd')
      .replaceAll(/\s+/g, ' ')
      .trim();
    expect(seen(markdown)).toContain(text);
    expect(markdown).not.toMatch(/(^|[^\w`])@(?=\w)/m);
  });

  it.each(WORDS)('%j in code does not end the code, nor a cell', (word) => {
    const table = `| a | b |\n|---|---|\n| ${code(word)} | ${plain(word)} |`;
    const [parsed] = tablesOf(table);
    expect(parsed?.rows).toHaveLength(1);
    expect(parsed?.rows[0]).toHaveLength(2);
  });
});

describe('a comment', () => {
  const passed = passedReport();
  const many = (count: number): ReportInput[] =>
    Array.from({ length: count }, (_, index) =>
      withMessages(index % 3 === 0 ? failed : passed, `scenario-${index}`),
    );

  it('is never longer than GitHub takes, however many runs there were', () => {
    for (const count of [1, 20, 120]) {
      const markdown = renderMarkdown(many(count));
      expect(markdown.length).toBeLessThanOrEqual(MAX_CHARACTERS);
      expect(markdown.match(/<details>/g)?.length ?? 0).toBe(
        markdown.match(/<\/details>/g)?.length ?? 0,
      );
    }
  });

  it('keeps the verdicts and what failed, and states that parts are missing', () => {
    const markdown = renderMarkdown(many(60));
    expect(markdown).toContain('This is not all');
    for (let index = 0; index < 60; index += 3)
      expect(markdown).toContain(`## ✗ scenario-${index}: failed`);
    expect(rowsOf(markdown).slice(0, 60)).toHaveLength(60);
  });

  it('is not made long by one long reason, or by many', () => {
    const long = withMessages(failedReport(), 'x'.repeat(10_000), [
      'y|'.repeat(100_000),
      ...Array.from({ length: 5_000 }, (_, n) => `reason ${n}`),
    ]);
    const markdown = renderMarkdown([long]);
    expect(markdown.length).toBeLessThanOrEqual(MAX_CHARACTERS);
    expect(markdown).toMatch(/^## ✗ x{100}/);
    expect(markdown).toContain('… and 4981 more');
    expect(
      rowsOf(markdown).some(([mark, metric]) => mark === '✗' && metric === '`packet_loss`'),
    ).toBe(true);
  });

  it('is not made long by many thresholds', () => {
    const report = failedReport();
    const [crossed, held] = report.decision.thresholds;
    if (crossed === undefined || held === undefined) throw new Error('there is no threshold');
    const thresholds = [...Array.from({ length: 3_000 }, () => held), crossed];
    const markdown = renderMarkdown([{ ...report, decision: { ...report.decision, thresholds } }]);
    expect(markdown.length).toBeLessThanOrEqual(MAX_CHARACTERS);
    expect(rowsOf(markdown)[0]?.slice(0, 2)).toEqual(['✗', '`join_failures`']);
    expect(markdown).toContain('… and 2901 more');
  });
});
