import { describe, expect, it } from 'vitest';
import {
  emptyDrill,
  interruptedDrill,
  largeDrill,
  passedDrill,
  splitDrill,
  variedDrill,
  voidDrill,
} from '../../../chaos/test/support/drill-results.ts';
import { renderDrillText } from './render-text.ts';

const RESULTS = {
  passed: passedDrill(),
  'split-brain': splitDrill(),
  varied: variedDrill(),
  void: voidDrill(),
  interrupted: interruptedDrill(),
  empty: emptyDrill(),
  large: largeDrill(),
};

/** What a terminal makes of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
const plain = (text: string): string => text.replaceAll(/\u001b\[\d+m/g, '');

describe.each(Object.entries(RESULTS))('the text of a drill: %s', (name, result) => {
  it('looks as in golden/', async () => {
    await expect(renderDrillText(result)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('keeps to 100 columns and to what a terminal shows', () => {
    for (const line of renderDrillText(result).split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(100);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    expect(renderDrillText(result)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('says the same in colours', () => {
    const colored = renderDrillText(result, { color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
    expect(colored).toMatch(/\u001b\[3[123]m/);
    expect(plain(colored).replaceAll(/\s+/g, ' ')).toBe(
      renderDrillText(result).replaceAll(/\s+/g, ' '),
    );
  });
});

describe('the text of a drill', () => {
  it('says what known failures are worth: nothing new, unless one is strict', () => {
    expect(renderDrillText(splitDrill())).toMatch(/^✗ FAILED AS KNOWN \(exit 0\)/);
    expect(renderDrillText(splitDrill(), { strict: true })).toMatch(
      /^✗ FAILED AS KNOWN \(exit 99\)/,
    );
  });

  it('does not grow with rooms and people', () => {
    const lines = (rooms: number): number =>
      renderDrillText(largeDrill({ rooms })).split('\n').length;
    expect(lines(300)).toBeLessThanOrEqual(lines(75) + 2);
  });

  it('names what is too long by its ends', () => {
    const text = renderDrillText(
      largeDrill({ rooms: 6, name: (room) => `${room}${'x'.repeat(200)}${room}` }),
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
