/** The live page in a real browser, during a run against a real server whose packets are lost for a while. */

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveKit } from '@livekit-swarm/lab';
import { findRecord, type RecordLine, recordLines } from '@livekit-swarm/record';
import { findChromium, launchChromium } from '@livekit-swarm/testkit/chromium';
import { dropRtp } from '@livekit-swarm/testkit/packet-filter';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { tabStops, violationsOf } from '../../packages/report/test/support/accessibility.ts';
import { renderRecord } from '../../packages/report/test/support/page.ts';
import { chartsOfPage, replayLive } from '../../packages/report/test/support/replay.ts';
import { expectGone, type Swarm, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('chromium', 'packet-filter', 'root');

const LOAD =
  '--rooms 3 --participants 3 --publish audio,video --video 180p --join-rate 9 --duration 45s --quiet --no-github'.split(
    ' ',
  );
const CROSSED = 'packet_loss_before_recovery: rate<0.02';

const addressOf = async (swarm: Swarm): Promise<string> => {
  await swarm.says(/Live page: http\S+\n/);
  return /Live page: (?<url>http\S+)/.exec(swarm.stderr())?.groups?.url ?? '';
};

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (found) => (found as unknown as { innerText: string }).innerText);

/** Open a page; returns the list to which its errors and warnings are added. */
const open = async (page: Page, url: string): Promise<string[]> => {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      complaints.push(`asked for ${request.url()}`);
  });
  await page.setViewport({ width: 1_440, height: 900 });
  await page.goto(url);
  return complaints;
};

const shows = (page: Page, selector: string, text: RegExp): Promise<void> =>
  expect.poll(() => textOf(page, selector), { timeout: 20_000, interval: 200 }).toMatch(text);

test('a run with a fault is shown live, by the run and from its record, and the page becomes the report', async () => {
  const dir = scratch();
  await using server = await startLiveKit({ dir: `${dir}/server`, udpPorts: 1 });
  const env = {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
  const record = `${dir}/record`;
  const flags = [...LOAD, '--threshold', CROSSED, '--record', record, '--ui'];
  const swarm = startSwarm(flags, env, dir);
  const url = await addressOf(swarm);
  await using chromium = await launchChromium(findChromium() ?? '');
  const page = await chromium.browser.newPage();
  const complaints = await open(page, url);

  // Figures change.
  await shows(page, '#tile-connected', /^9$/);
  await shows(page, '#phase', /^Steady/);
  await shows(page, '#where', /livekit-server \d/);
  const earlier = await textOf(page, '#elapsed');
  await expect.poll(() => textOf(page, '#elapsed')).not.toBe(earlier);
  await shows(page, '#threshold-table', /packet_loss_before_recovery/);
  expect(await textOf(page, '#events-none')).toBe('None so far.');

  // The same from the record, while it is written.
  const follower = startSwarm(['report', record, '--serve', '--no-github'], {}, dir);
  const followed = await chromium.browser.newPage();
  const fromRecord = await open(followed, await addressOf(follower));
  await shows(followed, '#tile-connected', /^9$/);

  // The fault is on the axis, of both.
  await page.bringToFront();
  {
    await using _fault = await dropRtp({
      ports: server.ports,
      serverIs: 'source',
      percent: 40,
    });
    for (const one of [page, followed])
      await shows(one, '#event-list', /threshold crossed: packet_loss_before_recovery: rate was/);
    // As long as the threshold is crossed in the whole run, too.
    await sleep(5_000);
  }
  const crossed = await page.$$eval('#threshold-table .failed', (rows) =>
    rows.map(({ textContent }) => textContent).join(' '),
  );
  expect(crossed).toContain('packet_loss_before_recovery');

  // Accessible: also with the keyboard, from the top of the page.
  expect(await violationsOf(page)).toEqual([]);
  const stops = await tabStops(page, 240);
  const reached = stops.map(({ what }) => what);
  for (const what of ['#now', 'clock', 'theme', 'connected', 'loss-down'])
    expect(reached).toContain(what);
  expect(stops.filter(({ seen }) => !seen)).toEqual([]);

  // Times of day instead of times since the start.
  await page.click('#clock');
  await shows(page, '#event-list', /^\d\d:\d\d:\d\d/);

  // Also on a phone, in the dark.
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await page.setViewport({ width: 390, height: 844 });
  await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(await violationsOf(page)).toEqual([]);

  // No secret is on the page.
  expect(await page.content()).not.toContain(server.apiSecret);

  // It becomes the report.
  expect(await swarm.ended).toBe(99);
  for (const one of [page, followed])
    await expect.poll(() => one.title(), { timeout: 15_000 }).toMatch(/swarm: failed$/);
  expect(await textOf(page, '#verdict')).toContain('packet_loss_before_recovery');
  expect([...complaints, ...fromRecord]).toEqual([]);
  expect(swarm.stderr()).not.toContain(server.apiSecret);

  // The live page has shown the points of the report, in every chart.
  const lines: RecordLine[] = [];
  for await (const line of recordLines(record)) lines.push(line);
  const { shown, ticks } = replayLive(lines);
  expect(ticks).toBeGreaterThan(30);
  expect(shown.charts.map(({ id }) => id)).toContain('loss-down');
  const report = await renderRecord(findRecord(record), dir);
  expect(shown).toEqual(chartsOfPage(await readFile(report, 'utf8')));

  // The run has ended, the record is served until Ctrl-C.
  await expect(fetch(url)).rejects.toThrow();
  const processes = follower.processes();
  follower.signal('SIGINT');
  expect(await follower.ended).toBe(99);
  await expectGone(processes);
});
