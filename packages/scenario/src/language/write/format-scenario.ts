import { Document, isPair, isScalar, visit } from 'yaml';
import type { Scenario } from '../../scenario.ts';
import { fileFormOf } from './file-form.ts';

export interface FormatOptions {
  /** Place of the JSON Schema for editors, relative to the file's folder or as a URL. */
  schema?: string | undefined;
  /** Comment above everything else; may have several lines. */
  comment?: string | undefined;
}

const LINE_WIDTH = 120;
/** Length as JSON below which a node is written in one line. */
const ONE_LINE = 90;

/** Write the scenario file that `parseScenario` reads back to an equal scenario. */
export const formatScenario = (
  scenario: Scenario,
  { schema, comment }: FormatOptions = {},
): string => {
  const document = new Document(fileFormOf(scenario), {
    version: '1.2',
    schema: 'core',
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Collection: (_key, node, path) => {
      if (!isOutline(path) && JSON.stringify(node.toJSON()).length < ONE_LINE) node.flow = true;
    },
    Pair: (_key, { key, value }, path) => {
      if (path.length !== 2 || !isScalar(key)) return;
      if (PARTS.has(String(key.value))) key.spaceBefore = true;
      // Texts with single blanks between words: folding would change any other text.
      if (
        key.value === 'description' &&
        isScalar(value) &&
        /^\S+( \S+)*$/.test(String(value.value))
      )
        value.type = 'BLOCK_FOLDED';
    },
  });
  const head = [
    ...(schema === undefined ? [] : [`yaml-language-server: $schema=${schema}`]),
    ...(comment?.split('\n') ?? []),
  ];
  return (
    head.map((line) => `# ${line}\n`).join('') +
    document.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: true })
  );
};

/** Parts of the file that an empty line precedes. */
const PARTS = new Set(['groups', 'windows', 'thresholds']);
const LISTS = new Set([...PARTS, 'stages', 'lessons', 'roles']);

/**
 * Check whether the node at the end of the path is always written in several lines: the file, its
 * groups, and the lists in them.
 */
const isOutline = (path: readonly unknown[]): boolean => {
  const keys = path.filter(isPair).map(({ key }) => String(key));
  const isValue = isPair(path.at(-1));
  return (
    keys.length === 0 ||
    (isValue && keys.length === 2 && keys[0] === 'groups') ||
    (isValue && LISTS.has(keys.at(-1) ?? ''))
  );
};
