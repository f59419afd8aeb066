/**
 * Whatever a server sends or a team enters: each report of a drill stays well-formed and shows it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillResult } from '@livekit-swarm/chaos';
import { propertyRuns } from '@livekit-swarm/testkit/property-runs';
import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { parse } from 'test-results-parser';
import { afterAll, describe, expect, it } from 'vitest';
import { variedDrill } from '../../../chaos/test/support/drill-results.ts';
import { renderDrillHtml } from './html/render-html.ts';
import { renderDrillJson } from './render-json.ts';
import { renderDrillJunit } from './render-junit.ts';
import { renderDrillText } from './render-text.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-drill-words-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Any text, and more of what means something somewhere. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '<',
          '>',
          '&',
          '&lt;',
          '"',
          "'",
          '\n',
          '\r\n',
          ']]>',
          '<!--',
          '-->',
          '</script>',
          '</style>',
          '<b>',
        ),
        fc.constantFrom(
          '\u0000',
          '\u001b[2J',
          '\u001b]0;x\u0007',
          '\u009b',
          '\ud800',
          '\u202e',
          '\u2066',
          '\u200b',
          '\ufffe',
        ),
        fc.constantFrom(' ', '-', ', ', '://', '@', '$&', '$1'),
        fc.string({ maxLength: 3 }),
      ),
      { maxLength: 20 },
    )
    .map((pieces) => pieces.join('')),
);

const usual = variedDrill();

/** A drill whose every word is this one. */
const saying = (word: string): DrillResult => ({
  ...usual,
  deployment: word,
  serverVersion: word,
  drill: { ...usual.drill, description: word, tags: { tag: word } },
  repeats: usual.repeats.map((repeat) => ({
    ...repeat,
    reasons: repeat.reasons.map(() => ({
      code: 'execution_failed' as const,
      error: null,
      message: word,
    })),
    record: word,
    recovery: {
      ...repeat.recovery,
      faults: repeat.recovery.faults.map((fault) => ({
        ...fault,
        target: { role: 'component' as const, name: word },
        components: [word],
      })),
      skipped: [{ fault: 'kill', detail: word }],
      participants: repeat.recovery.participants.map((one) => ({
        ...one,
        identity: `${word}${one.identity}`,
      })),
      rooms: repeat.recovery.rooms.map((one) => ({
        ...one,
        partitions: one.partitions.map((island) => island.map(() => word)),
      })),
      ghostRooms: [word],
      alerts: [{ at: 20_000, name: word, state: 'firing' }],
      replacements: [
        {
          at: 30_000,
          component: word,
          replacement: word,
          terminatedMs: 1,
          scheduledMs: null,
          runningMs: null,
          readyMs: 3_000,
        },
      ],
    },
  })),
});

const RUNS = propertyRuns(60);

describe('any words', () => {
  it('are words in a text: no control character reaches a terminal', () => {
    fc.assert(
      fc.property(words, (word) => {
        const text = renderDrillText(saying(word));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }),
      RUNS,
    );
  });

  it('are words in XML', () => {
    const file = join(dir, 'junit.xml');
    writeFileSync(file, renderDrillJunit([usual]));
    const { total } = parse({ type: 'junit', files: [file] });
    fc.assert(
      fc.property(words, (word) => {
        const xml = renderDrillJunit([saying(word)]);
        expect(XMLValidator.validate(xml)).toBe(true);
        writeFileSync(file, xml);
        expect(parse({ type: 'junit', files: [file] }).total).toBe(total);
      }),
      RUNS,
    );
  });

  it('are words in JSON, without the passwords of addresses', () => {
    fc.assert(
      fc.property(words, (word) => {
        const { deployment } = JSON.parse(renderDrillJson([saying(word)]));
        expect(deployment).toBe(word.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1'));
      }),
      RUNS,
    );
  });

  it('are words in HTML: its elements are the same whatever they are', () => {
    const elements = (page: string): string[] =>
      [...page.matchAll(/<(\/?[a-z][a-z0-9]*)/g)].map(([, tag = '']) => tag);
    const shape = elements(renderDrillHtml(saying('word')));
    fc.assert(
      fc.property(
        words.filter((word) => word !== ''),
        (word) => {
          const page = renderDrillHtml(saying(word));
          expect(elements(page)).toEqual(shape);
          expect(page.isWellFormed()).toBe(true);
        },
      ),
      propertyRuns(30),
    );
  });
});
