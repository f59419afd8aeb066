import { readFileSync } from 'node:fs';
import { parseDrill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const page = readFileSync(new URL('../../docs/chaos.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']): [string] => [
  text,
]);

/** Complete drill into which an example of one part is inserted. */
const REST = { drill: 'example', faults: [{ fault: 'kill', target: 'room-node', for: '10s' }] };

describe('docs/chaos.md', () => {
  it('contains examples', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  it.each(blocks)('has a valid example:\n%s', (text) => {
    const whole = text.includes('drill: ')
      ? text
      : stringify({ ...REST, ...(parse(text) as object) });
    expect(() => parseDrill(whole, { file: 'example.yaml', faults: FAULTS })).not.toThrow();
  });
});
