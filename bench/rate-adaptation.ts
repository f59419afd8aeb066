/**
 * `node bench/rate-adaptation.ts [--seconds 40] [--out docs/images/rate-adaptation.svg]`: bit rate
 * of a native publisher and of Chromium through the same narrow uplinks, second by second, as JSON
 * lines and as a figure. Linux, root, Chromium. With `--from FILE` it draws the JSON lines of an
 * earlier measurement.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { settled, type UplinkRates, uplinkRates } from '../e2e/support/uplink-rates.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    out: { type: 'string', default: 'docs/images/rate-adaptation.svg' },
    from: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const LINKS = [300, 800, 2_000];
const COLOURS = { native: '#1f77b4', browser: '#d62728' } as const;
const [WIDTH, HEIGHT, LEFT, TOP] = [280, 160, 56, 36];

type Measured = Record<'native' | 'browser', UplinkRates>;
type Line = Measured & { kbps: number; ratio: number };

const line = (rates: readonly number[], most: number, colour: string, dashed = false): string => {
  const points = rates
    .map(
      (rate, second) => `${(second / seconds) * WIDTH},${HEIGHT * (1 - Math.min(1, rate / most))}`,
    )
    .join(' ');
  const dash = dashed ? ' stroke-dasharray="3 3"' : '';
  return `<polyline fill="none" stroke="${colour}"${dash} points="${points}"/>`;
};

const panel = (kbps: number, { native, browser }: Measured, index: number): string => {
  const most = kbps * 1.3;
  const limit = HEIGHT - (kbps / most) * HEIGHT;
  return `<g transform="translate(${LEFT + index * (WIDTH + LEFT)} ${TOP})">
<rect width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#ccc"/>
<line x1="0" x2="${WIDTH}" y1="${limit}" y2="${limit}" stroke="#999"/>
<text x="0" y="-8">uplink ${kbps} kbit/s</text>
<text x="-6" y="${limit + 4}" text-anchor="end">${kbps}</text><text x="-6" y="${HEIGHT}" text-anchor="end">0</text>
<text x="${WIDTH}" y="${HEIGHT + 16}" text-anchor="end">${seconds} s</text>
${line(browser.wire, most, COLOURS.browser)}${line(browser.estimate, most, COLOURS.browser, true)}
${line(native.wire, most, COLOURS.native)}${line(native.estimate, most, COLOURS.native, true)}
</g>`;
};

const measure = async (kbps: number): Promise<Line> => {
  const native = await uplinkRates({ engine: 'native', kbps, seconds });
  const browser = await uplinkRates({ engine: 'browser', kbps, seconds });
  return { kbps, ratio: settled(native.wire) / settled(browser.wire), native, browser };
};

const panels: string[] = [];
const earlier =
  values.from === undefined
    ? null
    : readFileSync(values.from, 'utf8')
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as Line);
for (const [index, kbps] of LINKS.entries()) {
  const line = earlier === null ? await measure(kbps) : earlier.find((one) => one.kbps === kbps);
  if (line === undefined) throw new Error(`${values.from} has no line of ${kbps} kbit/s`);
  if (earlier === null) console.log(JSON.stringify(line));
  panels.push(panel(kbps, line, index));
}
const width = LEFT + LINKS.length * (WIDTH + LEFT);
writeFileSync(
  values.out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${TOP + HEIGHT + 48}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
<text x="${LEFT}" y="${TOP + HEIGHT + 38}" fill="${COLOURS.native}">native</text><text x="${LEFT + 60}" y="${TOP + HEIGHT + 38}" fill="${COLOURS.browser}">Chromium</text>
<text x="${LEFT + 140}" y="${TOP + HEIGHT + 38}">solid: what arrived, headers included; dashed: what the publisher estimated</text>
</svg>
`,
);
