import { parseScenario } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { readPage } from './testing/markdown-pages.ts';

it('docs/scale-out.md shows a scenario that places roles', () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(readPage('docs/scale-out.md')) ?? [];
  const [calls] = parseScenario(example, { file: 'scale-out.md' }).groups;
  expect(calls?.roles.map(({ hostSelector }) => hostSelector)).toEqual([
    { region: 'eu' },
    { region: 'us' },
  ]);
});
