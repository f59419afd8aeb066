import { readFileSync } from 'node:fs';
import { parseRecordLine, type RecordLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const page = read('docs/record-format.md');
const examples = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(
  ([, text = '']) => JSON.parse(text) as { type: string },
);

/** The alternatives of a union type of words, or of lines by their `type`, as record.ts has them. */
const source = read('packages/record/src/record.ts');
const eventNames = [
  ...(/type EventName =([^;]*);/.exec(source)?.[1] ?? '').matchAll(/'(\w+)'/g),
].map(([, name = '']) => name);
const lineTypes = [...source.matchAll(/^(?: {2}|export type \w+ = \{ )type: '(\w+)';/gm)].map(
  ([, type = '']) => type,
) as RecordLine['type'][];
const drillWords = [
  ...(/type DrillEvent =([\s\S]*?);\n\n/.exec(source)?.[1] ?? '').matchAll(/what: '(\w+)'/g),
].map(([, what = '']) => what);

describe('docs/record-format.md', () => {
  it.each(examples)('shows a $type line that can be read', (line) => {
    expect(parseRecordLine(JSON.stringify(line), line.type === 'header' ? 1 : 2)).toEqual(line);
  });

  it('has an example and a chapter of every type of line', () => {
    expect(lineTypes).toEqual(expect.arrayContaining(['participant', 'drill']));
    expect(new Set(examples.map(({ type }) => type))).toEqual(new Set(lineTypes));
    for (const type of lineTypes) expect(page).toContain(`\n## ${type}\n`);
  });

  it('names every event of a drill', () => {
    expect(drillWords).toEqual(expect.arrayContaining(['steady', 'fault', 'comeback', 'aborted']));
    for (const what of drillWords) expect(page).toContain(`\n| \`${what}\` |`);
  });

  it('names every event', () => {
    expect(eventNames).toContain('worker_died');
    for (const name of eventNames) expect(page).toContain(`\`${name}\``);
  });
});
