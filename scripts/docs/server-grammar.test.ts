import { SERVER_GRAMMAR } from '@livekit-swarm/campaign/server-grammar';
import { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS } from '@livekit-swarm/lab/choices';
import { expect, it } from 'vitest';
import { readPage } from './testing/markdown-pages.ts';

it('has the grammar of --server, every pinned version and the default in the how-to', () => {
  const page = readPage('docs/how-to/gate-your-own-server.md');
  for (const part of [
    `\`${SERVER_GRAMMAR}\``,
    ...LIVEKIT_VERSIONS,
    `${DEFAULT_LIVEKIT_VERSION} (the default)`,
  ])
    expect(page).toContain(part);
});

it('has the grammar of --server in the description of the action’s input', () => {
  expect(readPage('action.yml')).toContain(SERVER_GRAMMAR.replace('[NAME=]', ''));
});
