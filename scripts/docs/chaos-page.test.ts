import { readFileSync } from 'node:fs';
import { parseDrill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const page = readFileSync(new URL('../../docs/chaos.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']): [string] => [
  text,
]);

/** What an example that shows one part of a file stands in. */
const REST = { drill: 'example', faults: [{ fault: 'kill', target: 'room-node', for: '10s' }] };

describe('docs/chaos.md', () => {
  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  it.each(blocks)('has an example that is right:\n%s', (text) => {
    const whole = text.includes('drill: ')
      ? text
      : stringify({ ...REST, ...(parse(text) as object) });
    expect(() => parseDrill(whole, { file: 'example.yaml', faults: FAULTS })).not.toThrow();
  });
});
