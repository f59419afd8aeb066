import { readdirSync, readFileSync } from 'node:fs';
import { type Drill, type DrillFault, parseDrill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { formatDuration } from '@livekit-swarm/settings';
import { table } from './markdown.ts';

const folder = new URL('../../chaos/', import.meta.url);

/** The drills of chaos/, by the names of their files. */
export const libraryDrills = (): Drill[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) =>
      parseDrill(readFileSync(new URL(name, folder), 'utf8'), {
        file: `chaos/${name}`,
        faults: FAULTS,
      }),
    );

/** The table of chaos/README.md. */
export const drillLibraryTable = (): string =>
  table(
    ['drill', 'faults', 'result with 1.13.4'],
    libraryDrills().map((drill) => [
      `[${drill.name}](${drill.name}.yaml)`,
      drill.faults.map(happens).join(', ') || 'none',
      does(drill),
    ]),
  );

const happens = ({ fault, aim, durationMs }: DrillFault): string => {
  const whom =
    aim.role === 'nodes'
      ? `${Math.round(100 * aim.share)}% of the nodes`
      : aim.role === 'member'
        ? aim.name
        : aim.role;
  return `${fault} of ${whom}${durationMs === null ? '' : ` for ${formatDuration(durationMs)}`}`;
};

const does = ({ known }: Drill): string => {
  if (known === null) return 'passes';
  const { fails, sometimes, because } = known;
  const ways = [
    ...(fails.length > 0 ? [`fails: ${fails.join(', ')}`] : []),
    ...(sometimes.length > 0 ? [`sometimes: ${sometimes.join(', ')}`] : []),
  ];
  return `**${ways.join('; ')}.** ${because}`;
};
