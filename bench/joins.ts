/**
 * `npm run bench -- joins.ts [--repeats 3] [--few 80] [--many 800]`: CPU per join of the load
 * generator (CLI and workers, JavaScript included; join, subscription and leave) beside the floor
 * of the same minute: one WebSocket upgrade, one STUN binding and one DTLS handshake. Rooms of two
 * with audio join the scripted server (bench/reflector.ts) within four seconds. Four runs give a
 * join without media: few and many participants, a short and a long stay.
 */
import { parseArgs } from 'node:util';
import { type JoinFloor, joinFloor } from './join-floor.ts';
import { childrenCpu } from './process-costs.ts';
import { startReflector } from './reflector-process.ts';
import { spread } from './spread.ts';
import { swarmRun } from './swarm-run.ts';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '3' },
    few: { type: 'string', default: '80' },
    many: { type: 'string', default: '800' },
  },
});
const [few, many] = [Number(values.few), Number(values.many)];
/** Time in which all participants join, whatever their number, s. */
const WINDOW = 4;
/**
 * Processes of every run: the start of one more would count as a part of the joins, at 200 of which
 * a second there are two.
 */
const PROCESSES = 2;
/** Stays after the last join, s. */
const [SHORT, LONG] = [2, 10];

interface Run {
  cpu: number;
  verdict: string;
  late: number;
  complete: boolean;
}

const run = async (url: string, participants: number, seconds: number): Promise<Run> => {
  const before = childrenCpu();
  const { verdict, joins, tracks, generator } = await swarmRun([
    ...['--rooms', String(participants / 2), '--participants', '2', '--publish', 'audio'],
    ...['--join-rate', String(participants / WINDOW), '--duration', `${seconds}s`, '--url', url],
    ...['--processes', String(PROCESSES)],
  ]);
  return {
    cpu: childrenCpu() - before,
    verdict,
    late: generator.lateJoins.count,
    complete: joins.joined === participants && tracks.missing === 0,
  };
};

interface Row {
  floor: JoinFloor;
  join: number;
  /** CPU per participant, from the slope over their number, with the media of the short stay. */
  participant: number;
  media: number;
  runs: Run[];
}

const measure = async (url: string): Promise<Row> => {
  const floor = await joinFloor();
  const runs: Run[] = [];
  for (const participants of [few, many])
    for (const seconds of [SHORT, LONG]) runs.push(await run(url, participants, seconds));
  const [fewShort = 0, fewLong = 0, manyShort = 0, manyLong = 0] = runs.map(({ cpu }) => cpu);
  const more = many - few;
  const media = (manyLong - manyShort - (fewLong - fewShort)) / (more * (LONG - SHORT));
  const participant = (manyShort - fewShort) / more;
  const join = participant - media * (SHORT + WINDOW / 2);
  return { floor, join: join * 1e6, participant: participant * 1e6, media: media * 1e6, runs };
};

await using reflector = await startReflector();
const rows: Row[] = [];
for (let repeat = 0; repeat < Number(values.repeats); repeat++)
  rows.push(await measure(reflector.url));
const sum = ({ upgrade, stun, dtls }: JoinFloor): number => upgrade + stun + dtls;
const show = (name: string, pick: (row: Row) => number, digits = 0): void =>
  console.log(`| ${name} | ${spread(rows.map(pick), digits)} |`);
console.log('| | median (smallest–largest) |\n| --- | --- |');
show('one more participant with its media, µs', ({ participant }) => participant);
show('a join, µs', ({ join }) => join);
show('floor, µs', ({ floor }) => sum(floor));
show('of that, upgrade by ws, µs', ({ floor }) => floor.upgrade);
show('upgrade by plain TCP, µs', ({ floor }) => floor.bareUpgrade);
show('of that, STUN, µs', ({ floor }) => floor.stun);
show('of that, DTLS, µs', ({ floor }) => floor.dtls);
show('ratio', ({ join, floor }) => join / sum(floor), 2);
show('joins a second that one core of the load generator carries', ({ join }) => 1e6 / join);
show('media of a participant, µs a second', ({ media }) => media);
const runs = rows.flatMap((row) => row.runs);
const rate = many / WINDOW;
console.log(
  `\n${runs.filter(({ complete }) => complete).length} of ${runs.length} runs: all joined, no track missing. Late joins at up to ${rate} a second: ${runs.reduce((all, { late }) => all + late, 0)}. ` +
    `Verdicts: ${[...new Set(runs.map(({ verdict }) => verdict))].join(', ')}.`,
);
