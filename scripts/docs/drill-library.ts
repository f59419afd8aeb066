import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Drill, type DrillFault, parseDrill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import {
  type PublishedResult,
  parseExpectations,
  publishedResult,
} from '@livekit-swarm/chaos/night';
import { readScenarioFile } from '@livekit-swarm/scenario';
import { formatDuration } from '@livekit-swarm/settings';
import { table } from './markdown.ts';

const folder = new URL('../../chaos/', import.meta.url);

/** Drills in chaos/, by file name. */
export const libraryDrills = (): Drill[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) =>
      parseDrill(readFileSync(new URL(name, folder), 'utf8'), {
        file: `chaos/${name}`,
        faults: FAULTS,
        readScenario: (path, scale) =>
          readScenarioFile(fileURLToPath(new URL(path, folder)), { scale }).scenario,
      }),
    );

/** Table of chaos/README.md. */
export const drillLibraryTable = (): string =>
  table(
    ['drill', 'faults', 'result'],
    libraryDrills().map((drill) => [
      `[${drill.name}](${drill.name}.yaml)`,
      drill.faults.map(happens).join(', ') || 'none',
      does(drill),
    ]),
  );

const happens = ({ fault, target, durationMs }: DrillFault): string => {
  const whom =
    target.role === 'nodes'
      ? `${Math.round(100 * target.share)}% of the nodes`
      : target.role === 'agent-workers'
        ? `${Math.round(100 * target.share)}% of the workers of agents`
        : target.role === 'component'
          ? target.name
          : target.role;
  return `${fault} of ${whom}${durationMs === null ? '' : ` for ${formatDuration(durationMs)}`}`;
};

const WITHOUT_KNOWN_FAILURES: Readonly<Record<PublishedResult, string>> = {
  passes: 'passes',
  fails: 'fails',
  may_fail: 'may fail',
  no_result: 'no result yet',
};

const published = parseExpectations(
  readFileSync(new URL('night/expectations.yaml', folder), 'utf8'),
  'chaos/night/expectations.yaml',
);

const does = (drill: Drill): string => {
  const { knownFailures } = drill;
  if (knownFailures === null) return WITHOUT_KNOWN_FAILURES[publishedResult(drill, published)];
  const { always, sometimes, reason } = knownFailures;
  const ways = [
    ...(always.length > 0 ? [`fails: ${always.join(', ')}`] : []),
    ...(sometimes.length > 0 ? [`sometimes: ${sometimes.join(', ')}`] : []),
  ];
  return `**${ways.join('; ')}.** ${reason}`;
};
