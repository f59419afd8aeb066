/** A real browser that fails to start the first time. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '@livekit-swarm/testkit/chromium';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { BrowserHost } from '../src/browser/browser-host.ts';
import { planOf } from './support/plan.ts';

await skipWithout('chromium');

test('a browser that did not start is started again for the next participant', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-browser-host-'));
  const mark = join(dir, 'tried');
  const program = join(dir, 'chromium');
  writeFileSync(
    program,
    `#!/bin/sh\nif [ -e ${mark} ]; then exec ${findChromium()} "$@"; fi\ntouch ${mark}\nexit 1\n`,
  );
  chmodSync(program, 0o755);
  const host = new BrowserHost('browser', {
    threads: 1,
    startedAtMs: Date.now(),
    joinTimeoutMs: 15_000,
    joinAttempts: 1,
    signalling: 'v1',
    browser: program,
    dir,
    onEvent: () => {},
  });
  try {
    const open = () => host.open(planOf({ identity: 'b-1', room: 'r' }), () => {});
    await expect(open()).rejects.toThrow();
    expect(existsSync(mark)).toBe(true);
    const client = await open();
    await client.leave();
  } finally {
    await host.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
