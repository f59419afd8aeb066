/**
 * `node bench/exporter-attack.ts`: effect of 1,000 beacons, 10,000 rooms, garbage and more
 * participants than are remembered on the memory and the series of an exporter in its own process.
 * Fails when the number of series grows with the load.
 */
import { attack, type Figures } from '../packages/exporter/test/support/attack.ts';

const SIZE = {
  clients: 1_000,
  reports: 15,
  rooms: 10_000,
  garbage: 50_000,
  slow: 500,
  maxSessions: 50_000,
};
const MOST_SERIES = 1_000;

const mega = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const listOf = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || '–';

const show = (figures: Figures): void => {
  const {
    step,
    requests,
    perSecond,
    answers,
    series,
    residentBytes,
    retainedBytes,
    sessions,
    scrapeMs,
  } = figures;
  const cells = [
    step,
    requests,
    Math.round(perSecond),
    listOf(answers),
    sessions,
    series,
    mega(residentBytes),
    mega(retainedBytes),
    `${Math.round(scrapeMs)} ms`,
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
};

process.stdout.write(
  '| step | requests | a second | answers | sessions | series | resident | of that held | scrape |\n',
);
process.stdout.write('| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |\n');
const steps = await attack(SIZE, show);
process.stdout.write(`\nreports: ${listOf(steps.at(-1)?.results ?? {})}\n`);
const most = Math.max(...steps.map(({ series }) => series));
if (most > MOST_SERIES) {
  process.stderr.write(`${most} series: more than ${MOST_SERIES}\n`);
  process.exitCode = 1;
}
