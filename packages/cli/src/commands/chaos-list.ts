import { relative } from 'node:path';
import type { Drill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { printable, renderTable, type Style, styleFor, wrap } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, jsonSchemaOf } from '@livekit-swarm/settings';
import { libraryFiles, readDrillFiles } from '../chaos/drill-files.ts';
import { type Console, wantsColor, write } from '../console.ts';

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/drill-list/1';

type FaultOf = typeof FAULTS extends ReadonlyMap<string, infer Fault> ? Fault : never;

interface Listed {
  file: string;
  drill: Drill;
}

/** `swarm chaos list`: the included drills, and the available faults. */
export const chaosListCommand = async (
  flags: { json?: boolean; color: boolean },
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const drills = readDrillFiles(libraryFiles()).flatMap(({ file, drill }): Listed[] =>
    drill === null ? [] : [{ file: displayPath(file), drill }],
  );
  const style = styleFor(wantsColor(flags.color, stdout, env));
  await write(
    stdout,
    flags.json ? `${JSON.stringify(asJson(drills), null, 2)}\n` : printable(asText(drills, style)),
  );
  return EXIT_CODES.passed.code;
};

/** Relative to the working directory, where it is below it. */
const displayPath = (file: string): string => {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
};

const asJson = (drills: readonly Listed[]): object => ({
  schema: SCHEMA,
  drills: drills.map(({ file, drill: { name, description, knownFailures, repeats } }) => ({
    file,
    name,
    description,
    repeats,
    knownFailures,
  })),
  faults: [...FAULTS.values()].map((fault) => ({
    name: fault.name,
    description: fault.description,
    targets: fault.targets,
    lasts: fault.lasts,
    params: jsonSchemaOf(fault.params, { definitions: false }).properties ?? {},
  })),
});

const asText = (drills: readonly Listed[], style: Style): string => {
  const library = drills.map(({ file, drill }) => [
    file,
    expectedOutcome(drill, style),
    firstSentence(drill.description ?? ''),
  ]);
  const faults = [...FAULTS.values()].flatMap((fault) => [
    [fault.name, fault.description],
    ['', style.dim(`targets ${fault.targets.join(', ')}${paramsOf(fault)}`)],
  ]);
  const lines = [
    ...(library.length === 0
      ? []
      : [style.title('DRILLS'), ...renderTable(library, [0, 1, 2]), '']),
    style.title('FAULTS'),
    ...renderTable(faults, [0, 1]),
    '',
    ...wrap(
      '  ',
      'The limits of a node are settings of the lab (lab.config), not a fault: see node-full, subscription-limit and room-full.',
    ),
  ];
  return `${lines.join('\n')}\n`;
};

const MAX_SENTENCE_LENGTH = 90;

const firstSentence = (text: string): string => {
  const [sentence = ''] = /^.*?[.:](?= |$)/.exec(text) ?? [text];
  return sentence.length > MAX_SENTENCE_LENGTH
    ? `${sentence.slice(0, MAX_SENTENCE_LENGTH - 1).trimEnd()}…`
    : sentence.replace(/:$/, '.');
};

const expectedOutcome = ({ knownFailures }: Drill, style: Style): string => {
  if (knownFailures === null) return style.good('passes');
  return knownFailures.always.length > 0
    ? style.bad(`${knownFailures.serverVersion} fails`)
    : style.unsure(`${knownFailures.serverVersion} may fail`);
};

const paramsOf = ({ params }: FaultOf): string => {
  const keys = Object.keys(jsonSchemaOf(params, { definitions: false }).properties ?? {});
  return keys.length === 0 ? '' : `; with ${keys.join(', ')}`;
};
