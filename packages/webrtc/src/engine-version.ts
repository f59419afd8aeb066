import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nativeFile } from './native-file.ts';

/** Version of the media engine, which is that of the package it is in; null: there is no engine. */
export const engineVersion = (): string | null => {
  const file = nativeFile('swarm-native');
  if (!existsSync(file)) return null;
  const { version } = JSON.parse(readFileSync(join(dirname(file), 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
};
