/**
 * `npm run dashboards:pictures`: takes pictures of the dashboards. Its arguments are in
 * arguments.ts.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain, isUsageError, usageError } from '@livekit-swarm/settings';
import { findChromium, launchChromium, NO_CHROMIUM } from '@livekit-swarm/testkit/chromium';
import { dashboards } from '../../packages/mixin/src/dashboards/index.ts';
import { DASHBOARDS } from '../../packages/mixin/src/rule.ts';
import { SHIPPED } from '../../packages/mixin/src/shipped.ts';
import { type Order, readOrder, USAGE } from './arguments.ts';
import { asOpened } from './as-opened.ts';
import { type Asking, askDashboard } from './ask-dashboard.ts';
import { bundlePage, installOwnPackages, shrinkPng } from './bundle-page.ts';
import { photograph } from './photograph.ts';
import type { Picture } from './picture.ts';
import { setStage } from './stage.ts';
import { undrawable } from './undrawable.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const main = async (args: readonly string[], signal: AbortSignal): Promise<void> => {
  if (args.includes('--help')) return void process.stdout.write(`${USAGE}\n`);
  const order = readOrder(args, Date.now());
  const executable = findChromium();
  if (executable === null) throw usageError(NO_CHROMIUM);
  await installOwnPackages(signal);
  const bundle = await bundlePage();
  const pictures =
    order.source === null
      ? await fromStage(order, signal)
      : await fromPrometheus(order, order.source);
  await using chromium = await launchChromium(executable);
  await mkdir(order.out, { recursive: true });
  for (const picture of pictures) {
    const file = join(order.out, `${picture.dashboard.uid}.png`);
    const png = await shrinkPng(await photograph(chromium.browser, bundle, picture));
    await writeFile(file, png);
    say(`${file}: ${Math.ceil(png.length / 1_000)} kB`);
  }
};

const fromPrometheus = async (
  { keys, theme }: Pick<Order, 'keys' | 'theme'>,
  asking: Asking,
): Promise<Picture[]> => {
  const all = dashboards(SHIPPED);
  const pictures: Picture[] = [];
  for (const key of keys) {
    const dashboard = all[key];
    const missing = undrawable(dashboard);
    if (missing.length > 0) throw usageError(`${DASHBOARDS[key]}: ${missing.join('; ')}`);
    const opened = asOpened(dashboard);
    pictures.push({ dashboard: opened, theme, ...(await askDashboard(opened, asking)) });
  }
  return pictures;
};

const fromStage = async (order: Order, signal: AbortSignal): Promise<Picture[]> => {
  await using stage = await setStage(say);
  say(`it plays for ${order.playMs / 1_000} s`);
  await Promise.race([sleep(order.playMs, undefined, { signal }), stage.ended]);
  const { prometheusUrl: url, scrapeSeconds, begunAt: from } = stage;
  // Awaited here, before the deployment is disposed of.
  return await fromPrometheus(order, { url, scrapeSeconds, from, to: Date.now() });
};

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());
try {
  await main(process.argv.slice(2), interrupted.signal);
} catch (error) {
  if (!interrupted.signal.aborted) say(isUsageError(error) ? explain(error) : String(error));
  process.exitCode = isUsageError(error) ? error.exitCode : 1;
}
// A connection that a browser or exporter left open must not delay the exit.
process.exit();
