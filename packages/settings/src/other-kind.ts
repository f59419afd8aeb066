import type { MapTree, Place } from './yaml/tree.ts';

interface KnownKind {
  /** Noun of the kind, as its reader names it. */
  noun: string;
  /** Keys that files of this kind have, and those of other kinds lack. */
  keys: readonly string[];
  /** Commands for such a file. */
  hint: string;
}

/** Kinds of files that are given to a command of another kind. */
const KINDS: readonly KnownKind[] = [
  {
    noun: 'drill',
    keys: ['drill'],
    hint: '"swarm chaos validate" checks it, "swarm chaos run" executes it',
  },
  { noun: 'scaler', keys: ['scaler'], hint: '"swarm scale" rehearses it' },
  {
    noun: 'timetable',
    keys: ['timetable'],
    hint: '"swarm cost" prices it, "swarm scale forecast" forecasts its nodes',
  },
  {
    noun: 'price book',
    keys: ['livekitCloud', 'providers'],
    hint: 'give it to swarm cost with --prices',
  },
  {
    noun: 'file of settings',
    keys: ['roomPrefix', 'allowHosts', 'denyHosts'],
    hint: 'as swarm.yaml, it is read by the commands that send load from its folder',
  },
  {
    noun: 'scenario',
    keys: ['groups'],
    hint: '"swarm validate" checks it, "swarm run" runs it; a drill names it with scenario: FILE',
  },
];

/**
 * Recognises a file of another kind by its keys: a reader would report each of them as unknown.
 * @param noun of the kind that is read; for one that is not in the table, no other is recognised
 */
export const otherKind = (
  { entries }: MapTree,
  noun: string,
): { place: Place; message: string; hint: string } | null => {
  const keyOf = ({ keys }: KnownKind) =>
    keys.map((key) => entries.get(key)?.key).find((key) => key !== undefined);
  const read = KINDS.find((kind) => kind.noun === noun);
  if (read === undefined || keyOf(read) !== undefined) return null;
  for (const kind of KINDS) {
    const key = keyOf(kind);
    if (key !== undefined)
      return { place: key.at, message: `is a ${kind.noun}, not a ${noun}`, hint: kind.hint };
  }
  return null;
};
