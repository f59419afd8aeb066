import { readFileSync } from 'node:fs';
import { PROXY_ANSWERS } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const SOURCES = [
  'packages/livekit/src/answer/answer-kind.ts',
  'packages/livekit/src/rejection.ts',
  'packages/livekit/src/session/allowed-codecs.ts',
  'packages/livekit/src/session/connection-loss.ts',
  'packages/engine/src/native/network/offered-candidates.ts',
  'packages/engine/src/native/network/path-failures.ts',
  'packages/record/src/participant-line.ts',
].map(read);

/**
 * Reasons of failed joins in the sources: a value of `reason`, a member of a type, or a key of the
 * settings of paths.
 */
const given = new Set<string>([
  ...PROXY_ANSWERS,
  ...SOURCES.flatMap((source) => [
    ...source.matchAll(/reason: '(\w+)'/g),
    ...source.matchAll(/^export const LEFT_WHILE_JOINING = '(\w+)'/gm),
    ...source.matchAll(/^ {2}\| '(\w+)'$/gm),
    ...source.matchAll(/^ {2}((?:ice_tcp|turn)_\w+):/gm),
  ]).map(([, reason = '']) => reason),
]);

it('docs/troubleshooting.md has every reason of a failed join, and no other', () => {
  const section = read('docs/troubleshooting.md').split('## By reason of failed joins')[1] ?? '';
  const documented = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, reason = '']) => reason),
  );
  expect(given.size).toBeGreaterThan(20);
  expect(documented.sort()).toEqual([...given].sort());
});
