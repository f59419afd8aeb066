import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';
import { explainCacheError } from './cache-dir.ts';

it('a rejected write names the next step', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-kept-'));
  try {
    writeFileSync(join(dir, 'file'), '');
    const refused: unknown = await mkdir(join(dir, 'file', 'folder'), { recursive: true }).catch(
      explainCacheError,
    );
    expect(refused).toBeInstanceOf(SwarmError);
    expect(refused).toMatchObject({
      code: 'not_kept',
      message: expect.stringContaining(join(dir, 'file')),
      hint: expect.stringContaining('XDG_CACHE_HOME'),
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it('every other error is returned unchanged', () => {
  for (const error of [
    new Error('other'),
    Object.assign(new Error('gone'), { code: 'ENOENT', syscall: 'open' }),
    'a word',
  ])
    expect(explainCacheError(error)).toBe(error);
});
