/**
 * Pictures of the live page for the docs, taken during a run whose packets are lost for a while: on
 * a laptop, on a phone, and its charts in the dark. Needs root, nftables and Chromium.
 *
 *     node scripts/docs/live-page-pictures.ts docs/images
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveKit } from '@livekit-swarm/lab';
import { findChromium, launchChromium, NO_CHROMIUM } from '@livekit-swarm/testkit/chromium';
import { dropRtp } from '@livekit-swarm/testkit/packet-filter';
import type { Picture } from './take-pictures.ts';

const PICTURES: readonly Picture[] = [
  {
    file: 'live-1440.png',
    viewport: { width: 1_440, height: 1_240 },
    scheme: 'light',
    from: null,
  },
  {
    file: 'live-390.png',
    viewport: { width: 390, height: 1_180, deviceScaleFactor: 2 },
    scheme: 'light',
    from: null,
  },
  {
    file: 'live-dark.png',
    viewport: { width: 1_440, height: 1_040 },
    scheme: 'dark',
    from: '#time',
  },
  {
    file: 'live-390-dark.png',
    viewport: { width: 390, height: 1_180, deviceScaleFactor: 2 },
    scheme: 'dark',
    from: '#time',
  },
];

const LOAD =
  '--rooms 5 --participants 3 --publish audio,video --video 180p --join-rate 5 --duration 90s --quiet --no-github --ui';

/** Time at which packet loss begins, ms after the address was printed. */
const FAULT_AT_MS = 20_000;
const FAULT_MS = 10_000;
/** Time after the fault in which the recovery is visible, ms. */
const AFTER_MS = 6_000;
const LOST_PERCENT = 40;
/** Time until new figures and charts are drawn, ms. */
const DRAWN_MS = 2_500;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: live-page-pictures.ts FOLDER');
const chromiumPath = findChromium();
if (chromiumPath === null) throw new Error(NO_CHROMIUM);

const dir = await mkdtemp(join(tmpdir(), 'swarm-pictures-'));
try {
  await using server = await startLiveKit({ dir: join(dir, 'server'), udpPorts: 1 });
  const program = join(import.meta.dirname, '../../packages/cli/src/main.ts');
  const swarm = spawn(
    process.execPath,
    [program, ...LOAD.split(' '), '--record', join(dir, 'record')],
    {
      env: {
        ...process.env,
        LIVEKIT_URL: server.url,
        LIVEKIT_API_KEY: server.apiKey,
        LIVEKIT_API_SECRET: server.apiSecret,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const ended = once(swarm, 'exit');
  let output = '';
  swarm.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  try {
    let url: string | undefined;
    while (url === undefined) {
      if (swarm.exitCode !== null) throw new Error(`the run did not start: ${output}`);
      url = /Live page: (?<url>\S+)/.exec(output)?.groups?.url;
      await sleep(100);
    }
    await using chromium = await launchChromium(chromiumPath);
    const page = await chromium.browser.newPage();
    await page.setViewport({ width: 1_440, height: 1_240 });
    await page.goto(url);
    await sleep(FAULT_AT_MS);
    {
      await using _fault = await dropRtp({
        ports: server.ports,
        serverIs: 'source',
        percent: LOST_PERCENT,
      });
      await sleep(FAULT_MS);
    }
    await sleep(AFTER_MS);
    for (const { file, viewport, scheme, from } of PICTURES) {
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      if (from === null) await page.evaluate('scrollTo({ top: 0, behavior: "instant" })');
      else await page.$eval(from, (element) => element.scrollIntoView({ behavior: 'instant' }));
      await sleep(DRAWN_MS);
      await page.screenshot({ path: join(folder, file) });
    }
  } finally {
    swarm.kill('SIGINT');
    await ended;
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
