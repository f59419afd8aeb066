import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Finding, missing, ok } from './finding.ts';

/** Whether the media engine's addon is there and loads on this host. */
export const checkEngine = (): Finding => {
  const file = `swarm-native.${process.platform}-${process.arch}.node`;
  const path = fileURLToPath(new URL(`../../../webrtc/${file}`, import.meta.url));
  try {
    createRequire(import.meta.url)(path);
    return ok('media engine', path);
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    const found = absent
      ? 'not built'
      : `does not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
    return missing(
      'media engine',
      found,
      'npm start (builds it once; needs Rust and a C compiler)',
    );
  }
};
