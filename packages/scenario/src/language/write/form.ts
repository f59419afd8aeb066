/** Mapping of a scenario file. */
export type FileForm = Record<string, unknown>;

export type Entry = [key: string, value: unknown];

/** Mapping of these entries, without those whose value is undefined. */
export const form = (...entries: (Entry | false)[]): FileForm =>
  Object.fromEntries(
    entries.filter((entry): entry is Entry => entry !== false && entry[1] !== undefined),
  );
