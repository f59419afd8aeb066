/**
 * Takes a picture of a real run for the README: its output with colours, as in a terminal. Needs
 * Chromium.
 *
 *     FORCE_COLOR=1 npx swarm … --quiet --summary full > run.txt
 *     node scripts/docs/terminal-picture.ts 'npx swarm …' docs/images/run.png < run.txt
 */
import { readFileSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { ansiToHtml } from './ansi-to-html.ts';

const STYLE = `
  body { margin: 0; background: #f6f8fa; }
  main { display: inline-block; margin: 24px; border-radius: 10px; overflow: hidden; background: #0d1117; box-shadow: 0 8px 24px #0004; }
  header { padding: 10px 14px; background: #21262d; line-height: 0; }
  header i { display: inline-block; width: 12px; height: 12px; margin-right: 7px; border-radius: 50%; background: #484f58; }
  pre { margin: 0; padding: 16px 22px 20px; color: #d1d7de; font: 14px/1.45 'DejaVu Sans Mono', 'Liberation Mono', monospace; }
  .bold { font-weight: bold; color: #f0f6fc; } .dim { color: #8b949e; } .green { color: #3fb950; } .red { color: #f85149; } .yellow { color: #d29922; } .cyan { color: #39c5cf; }
`;

const [command, file] = process.argv.slice(2);
if (command === undefined || file === undefined)
  throw new Error('usage: terminal-picture.ts COMMAND FILE.png < OUTPUT');
const output = ansiToHtml(readFileSync(0, 'utf8').trimEnd());
const prompt = `<span class="cyan">$</span> <span class="bold">${ansiToHtml(command)}</span>`;

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1_600, height: 900, deviceScaleFactor: 1.5 });
  await page.setContent(
    `<meta charset="utf-8"><style>${STYLE}</style><main><header><i></i><i></i><i></i></header><pre>${prompt}\n${output}</pre></main>`,
  );
  const box = await page.$eval('main', (main) => {
    const { x, y, width, height } = main.getBoundingClientRect();
    return { x, y, width, height };
  });
  const margin = 24;
  const clip = {
    x: box.x - margin,
    y: box.y - margin,
    width: box.width + 2 * margin,
    height: box.height + 2 * margin,
  };
  await page.screenshot({ path: file, clip, captureBeyondViewport: true });
} finally {
  await browser.close();
}
