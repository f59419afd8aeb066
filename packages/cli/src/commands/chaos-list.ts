import { relative } from 'node:path';
import type { Drill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { type PublishedResult, publishedResult } from '@livekit-swarm/chaos/night';
import { printable, renderTable, type Style, styleFor, wrap } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, jsonSchemaOf } from '@livekit-swarm/settings';
import { libraryFiles, publishedOutcomes, readDrillFiles } from '../chaos/drill-files.ts';
import { type Console, wantsColor, write } from '../console.ts';

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/drill-list/1';

type FaultOf = typeof FAULTS extends ReadonlyMap<string, infer Fault> ? Fault : never;

interface Listed {
  file: string;
  drill: Drill;
  result: PublishedResult;
}

/** `swarm chaos list`: the included drills, and the available faults. */
export const chaosListCommand = async (
  flags: { json?: boolean; color: boolean },
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const published = publishedOutcomes();
  const drills = readDrillFiles(libraryFiles()).flatMap(({ file, drill }): Listed[] =>
    drill === null
      ? []
      : [{ file: displayPath(file), drill, result: publishedResult(drill, published) }],
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
  drills: drills.map(({ file, drill: { name, description, knownFailures, repeats }, result }) => ({
    file,
    name,
    description,
    repeats,
    knownFailures,
    result,
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
  const library = drills.map((listed) => [
    listed.file,
    phraseOf(listed, style),
    firstSentence(listed.drill.description ?? ''),
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

const phraseOf = ({ drill: { knownFailures }, result }: Listed, style: Style): string => {
  const version = knownFailures === null ? '' : `${knownFailures.serverVersion} `;
  switch (result) {
    case 'passes':
      return style.good('passes');
    case 'fails':
      return style.bad(`${version}fails`);
    case 'may_fail':
      return style.unsure(`${version}may fail`);
    case 'no_result':
      return style.dim('no result yet');
  }
};

const paramsOf = ({ params }: FaultOf): string => {
  const keys = Object.keys(jsonSchemaOf(params, { definitions: false }).properties ?? {});
  return keys.length === 0 ? '' : `; with ${keys.join(', ')}`;
};
