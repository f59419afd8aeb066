import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './packages.ts';

/** Part of another publisher, in a file that is published. */
export interface LicensedPart {
  name: string;
  version: string;
  /** SPDX expression of its publisher; null when only a file states the licence. */
  license: string | null;
  authors: readonly string[];
  /** Folder of its sources, with the texts of its licence. */
  folder: string;
}

/** Words that only one licence contains, in an order in which the first match is right. */
const WORDS: readonly [RegExp, string][] = [
  [/Mozilla Public License,? (?:v\. |Version )2\.0/i, 'MPL-2.0'],
  [/Apache License,? Version 2\.0/i, 'Apache-2.0'],
  [/Permission to use, copy, modify, and(?:\/or)? distribute this software/i, 'ISC'],
  [/Permission is hereby granted, free of charge/i, 'MIT'],
  [
    /Redistribution and use[\s\S]*(?:Neither the name|names? of [\s\S]{0,80} may be used)/i,
    'BSD-3-Clause',
  ],
  [/Redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
  [/This is free and unencumbered software released into the public domain/i, 'Unlicense'],
];

/** SPDX identifier of the licence with this text; null for an unknown one. */
export const identifyLicence = (text: string): string | null => {
  const words = text.replaceAll(/\s+/g, ' ');
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
};

/** Texts of licences in a folder, without those of single files in folders below. */
export const licenceTexts = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .filter(
      (entry) => entry.isFile() && /^(un)?licen[cs]e|^(copying|notice|patents)/i.test(entry.name),
    )
    .filter(({ name }) => !/\.(js|ts|rs|go)$/.test(name));
  return Promise.all(
    files
      .map(({ name }) => name)
      .toSorted()
      .map(async (name) => (await readFile(join(folder, name), 'utf8')).trim()),
  );
};

/**
 * SPDX expression of the licence of a part: that of its publisher, otherwise that of its file.
 * @throws Error when neither is known: a person has to read the file
 */
export const licenceOf = async ({
  name,
  version,
  license,
  folder,
}: LicensedPart): Promise<string> => {
  if (license !== null) return license;
  const [known] = (await licenceTexts(folder)).flatMap((text) => identifyLicence(text) ?? []);
  if (known === undefined)
    throw new Error(`${name} ${version} has no licence that can be recognised in ${folder}`);
  return known;
};

/** Name of the file in packages. */
export const LICENCES_FILE = 'THIRD-PARTY-LICENSES.txt';

const RULE = '='.repeat(80);

/** Text for THIRD-PARTY-LICENSES.txt: each licence once, behind the parts that have it. */
export const renderLicences = async (parts: readonly LicensedPart[]): Promise<string> => {
  const holders = new Map<string, string[]>();
  for (const part of parts) {
    const licence = await licenceOf(part);
    const written = await licenceTexts(part.folder);
    const texts = written.length > 0 ? written : [await standardText(licence, part)];
    for (const text of texts) {
      const title = `${part.name} ${part.version} (${licence})`;
      holders.set(text, [...(holders.get(text) ?? []), title]);
    }
  }
  return [...holders]
    .map(([text, titles]) => `${titles.join('\n')}\n${RULE}\n${text}\n`)
    .join(`\n${RULE}\n`);
};

/**
 * Text of a licence whose publisher leaves it out of the part.
 * @throws Error for a licence whose text is not here
 */
const standardText = async (licence: string, { name, authors }: LicensedPart): Promise<string> => {
  if (/\bMIT\b/.test(licence)) {
    const holders = authors.length > 0 ? authors.join(', ') : `the authors of ${name}`;
    const terms = await readFile(join(root, 'scripts', 'release', 'mit.txt'), 'utf8');
    return `MIT License\n\nCopyright (c) ${holders}\n\n${terms.trim()}`;
  }
  if (/\bApache-2\.0\b/.test(licence))
    return (await readFile(join(root, 'LICENSE'), 'utf8')).trim();
  throw new Error(`${name} has no text of its licence (${licence}): add it here`);
};
