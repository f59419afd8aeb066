import { openOutputs } from '@livekit-swarm/outputs';
import { describe, expect, it } from 'vitest';
import { readPage } from './testing/markdown-pages.ts';
import { readCommand } from './testing/shell-words.ts';

const page = readPage('docs/push-metrics.md');

/** Commands of the page: command line, its outputs, environment. */
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => {
  let exported: Record<string, string> = {};
  return block.split('\n').flatMap((line): [string, string[], Record<string, string>][] => {
    const { env, words } = readCommand(line);
    if (words.length === 0) exported = { ...exported, ...env };
    const outputs = words.filter((_, index) => words[index - 1] === '--out');
    return outputs.length === 0 ? [] : [[line, outputs, { ...exported, ...env }]];
  });
});

describe('docs of outputs', () => {
  it('contains examples', () => {
    expect(commands.length).toBeGreaterThan(4);
  });

  it.each(commands)('shows valid outputs: %s', async (_line, outputs, env) => {
    const options = { env, version: '0.1.0', warn: () => {} };
    await expect(openOutputs(outputs, options)).resolves.toBeDefined();
  });
});
