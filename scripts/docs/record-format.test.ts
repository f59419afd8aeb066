import { readFileSync } from 'node:fs';
import {
  DRILL_EVENT_NAMES,
  EVENT_NAMES,
  LINE_SCHEMAS,
  parseRecordLine,
} from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const page = read('docs/record-format.md');
const examples = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(
  ([, text = '']) => JSON.parse(text) as { type: string },
);

const lineTypes = ['header', ...Object.keys(LINE_SCHEMAS)];

describe('docs/record-format.md', () => {
  it.each(examples)('shows a valid $type line', (line) => {
    expect(parseRecordLine(JSON.stringify(line), line.type === 'header' ? 1 : 2)).toEqual(line);
  });

  it('has an example and a section for every type of line', () => {
    expect(new Set(examples.map(({ type }) => type))).toEqual(new Set(lineTypes));
    for (const type of lineTypes) expect(page).toContain(`\n## ${type}\n`);
  });

  it('names every event of a drill', () => {
    for (const name of DRILL_EVENT_NAMES) expect(page).toContain(`\n| \`${name}\` |`);
  });

  it('names every event', () => {
    for (const name of EVENT_NAMES) expect(page).toContain(`\`${name}\``);
  });
});
