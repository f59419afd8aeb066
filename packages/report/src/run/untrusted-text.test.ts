/**
 * Text of servers and names of users cannot break the format of any report, and is shown as it is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asRead } from '@livekit-swarm/testkit/as-read';
import { propertyRuns } from '@livekit-swarm/testkit/property-runs';
import { stagedReport } from '@livekit-swarm/testkit/reports';
import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { marked, type Token } from 'marked';
import Papa from 'papaparse';
import { parse } from 'test-results-parser';
import { afterAll, describe, expect, it } from 'vitest';
import { code, plain } from '../markdown/elements.ts';
import { wholeOf } from '../reporter.ts';
import { renderGitHub } from './github.ts';
import { REPORTERS } from './index.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import type { ReportInput } from './report-input.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-words-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Any text, and more of what means something somewhere. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '|',
          '`',
          '``',
          '<',
          '>',
          '&',
          '&lt;',
          '"',
          "'",
          '\\',
          '\n',
          '\r\n',
          '*',
          '_',
          '#',
          '@x',
          '[a](b)',
          ']]>',
        ),
        fc.constantFrom(
          '<!--',
          '-->',
          '<b>',
          '</details>',
          '::error::',
          '%0A',
          ',',
          ':',
          '=',
          '- ',
          '1. ',
          '> ',
          '---',
          '\u0000',
          '\ud800',
        ),
        fc.string({ maxLength: 3 }),
      ),
      { maxLength: 20 },
    )
    .map((pieces) => pieces.join('')),
);

const usual = stagedReport();

/** A run whose every word is this one. */
const saying = (word: string): ReportInput => {
  const { summary, decision } = usual;
  return {
    ...usual,
    recordPath: word,
    summary: {
      ...summary,
      run: word,
      scenario: {
        ...summary.scenario,
        name: word,
        tags: { tag: word },
        groups: summary.scenario.groups.map((group) => ({
          ...group,
          name: word,
          roles: group.roles.map((role) => ({ ...role, name: word })),
        })),
      },
      windows: summary.windows.map((one) => ({ ...one, window: { ...one.window, name: word } })),
      environment: { node: word },
      notes: [{ code: 'warning', at: 0, reason: null, detail: word }],
      joins: {
        ...summary.joins,
        failureReasons: [{ reason: word, count: 1, message: word, hint: word }],
      },
      mostAffected: summary.mostAffected.map((one) => ({ ...one, identity: word, room: word })),
      deployment: { url: word, embedded: false, serverVersion: word, nodes: [word] },
    },
    decision: {
      ...decision,
      reasons: [
        {
          code: 'no_participant_joined',
          failed: 1,
          failure: { reason: word, count: 1, message: word, hint: word },
        },
      ],
      thresholds: decision.thresholds.map((one) => ({ ...one, metric: word })),
    },
  };
};

const kindsIn = (markdown: string): Record<string, number> => {
  const kinds: Record<string, number> = {};
  void marked.walkTokens(marked.lexer(markdown), ({ type }: Token) => {
    // Text is split into more or fewer tokens, and an empty name is not code; all other tokens must not depend on the text.
    if (
      [
        'html',
        'table',
        'heading',
        'list',
        'list_item',
        'em',
        'del',
        'image',
        'blockquote',
        'hr',
      ].includes(type)
    )
      kinds[type] = (kinds[type] ?? 0) + 1;
  });
  return kinds;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

const RUNS = propertyRuns(100);

describe('any words', () => {
  it('are words in Markdown', () => {
    const shape = kindsIn(renderMarkdown([{ ...saying('word') }]));
    fc.assert(
      fc.property(words, (word) => {
        const markdown = renderMarkdown([saying(word)]);
        expect(kindsIn(markdown)).toEqual(shape);
        expect(markdown.isWellFormed()).toBe(true);
      }),
      RUNS,
    );
  });

  it('are themselves in a cell of a Markdown table, as code and as text', () => {
    fc.assert(
      fc.property(words, (word) => {
        const table = marked.parse(`| a | b |\n|---|---|\n| ${code(word)} | ${plain(word)} |`, {
          async: false,
        });
        const cells = [...table.matchAll(/<td>([\s\S]*?)<\/td>/g)].map(([, cell = '']) =>
          asRead(cell),
        );
        const said = word
          .toWellFormed()
          .replaceAll(CONTROL, '\ufffd')
          .replaceAll(/\s+/g, ' ')
          .trim();
        expect(cells).toEqual([said, said]);
      }),
      propertyRuns(1_000),
    );
  });

  it('are words in XML', () => {
    const file = join(dir, 'junit.xml');
    fc.assert(
      fc.property(words, (word) => {
        const xml = renderJunit([saying(word)]);
        expect(XMLValidator.validate(xml)).toBe(true);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no such characters.
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
        writeFileSync(file, xml);
        expect(parse({ type: 'junit', files: [file] }).total).toBe(
          usual.decision.thresholds.length + 1,
        );
      }),
      RUNS,
    );
  });

  it('are words in annotations: one command a line', () => {
    const count = renderGitHub([saying('word')]).split('\n').length;
    fc.assert(
      fc.property(words, (word) => {
        const lines = renderGitHub([saying(word)]).split(/\r\n|\r|\n/);
        expect(lines).toHaveLength(count);
        for (const line of lines.slice(0, -1))
          expect(line).toMatch(/^::(error|warning|notice) title=[^:,]*::[^\r\n]*$/);
      }),
      RUNS,
    );
  });

  it('are words in CSV', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (word) => {
        const report = saying(word);
        const rendered = REPORTERS.csv.render([report]);
        const { data, errors } = Papa.parse<string[]>(
          rendered === null ? '' : await wholeOf(rendered),
          {
            newline: '\r\n',
            skipEmptyLines: true,
          },
        );
        expect(errors).toEqual([]);
        expect(new Set(data.map((row) => row.length)).size).toBe(1);
        // A spreadsheet would read it as a formula.
        const shown = /^[=+\-@\t\r]/.test(word) ? `'${word}` : word;
        expect(new Set(data.slice(1).map(([scenario]) => scenario))).toEqual(new Set([shown]));
      }),
      { numRuns: 20 },
    );
  });

  it('are words in JSON and text', async () => {
    fc.assert(
      fc.property(words, (word) => {
        const json = JSON.parse(REPORTERS.json.render([saying(word)]));
        expect(json.scenario.name).toBe(word);
        expect(() => REPORTERS.text.render([saying(word)])).not.toThrow();
      }),
      RUNS,
    );
  });
});
