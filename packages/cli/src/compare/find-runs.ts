import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { RECORD_FILE } from '@livekit-swarm/record';
import { usageError } from '@livekit-swarm/settings';

/** One side of a comparison as typed: a name for display, and the paths of its records. */
export interface NamedRecords {
  name: string;
  /** The side as it was typed. */
  text: string;
  /** Files, or folders of one run; at least one. */
  records: string[];
}

/**
 * Reads what stands for one side: a record, the folder of a run, a folder that holds several runs
 * (repeats), or several of those with commas between them; a name of its own may stand in front:
 * `nightly=records/a,records/b`.
 * @throws SwarmError `usage` when there is no record
 */
export const findRuns = (text: string): NamedRecords => {
  const { name, rest } = splitName(text);
  const places = existsSync(rest) ? [rest] : rest.split(',').map((place) => place.trim());
  const records = places.flatMap((place) => recordsAt(place, text));
  const twice = records.find(
    (record, index) => records.findIndex((other) => resolve(other) === resolve(record)) < index,
  );
  if (twice !== undefined)
    throw usageError(`${text}: ${twice} is listed twice`, 'a run counts once');
  return { name: name ?? places.map(shortName).join('+'), text, records };
};

/** A path may contain "=": an existing path is not divided. */
const splitName = (text: string): { name: string | null; rest: string } => {
  const cut = text.indexOf('=');
  if (cut < 1 || existsSync(text)) return { name: null, rest: text };
  return { name: text.slice(0, cut).trim(), rest: text.slice(cut + 1) };
};

const recordsAt = (place: string, text: string): string[] => {
  if (place === '' || !existsSync(place)) {
    throw usageError(
      place === ''
        ? `${text}: there is no path between the commas`
        : `${place}: there is no such file or folder`,
      HINT,
    );
  }
  if (!statSync(place).isDirectory() || holdsRecord(place)) return [place];
  const inside = foldersIn(place);
  const runs = inside.filter(holdsRecord);
  if (runs.length > 0) return runs;
  const deeper = inside.filter((folder) => foldersIn(folder).some(holdsRecord));
  throw usageError(
    `${place}: holds no run`,
    deeper.length === 0
      ? HINT
      : `its folders do: ${deeper.slice(0, 4).join(' ')}; each of them can be one side`,
  );
};

const HINT = 'give the folder of a run, or one that holds several runs';

const holdsRecord = (folder: string): boolean => existsSync(join(folder, RECORD_FILE));

/**
 * In the order of their names, numbers by their value: runs are named by their time, rounds by
 * their number.
 */
const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name))),
    )
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(folder, name));

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The folder of a run rather than the record's file name, which is always the same. */
const shortName = (place: string): string => {
  const parts = resolve(place)
    .split(/[/\\]/)
    .filter((part) => part !== '');
  const last = parts.at(-1) ?? place;
  return last === RECORD_FILE ? (parts.at(-2) ?? last) : basename(last);
};
