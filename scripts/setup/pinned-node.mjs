import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from './log.mjs';
import { root } from './paths.mjs';

const MAJOR = 24;

/** The Node that runs the TypeScript sources: the one pinned through npm, else this one if it is recent enough. */
export const pinnedNode = async () => {
  const pinned = join(
    root,
    'node_modules',
    `node-${process.platform}-${process.arch}`,
    'bin',
    'node',
  );
  if (
    await access(pinned, constants.X_OK).then(
      () => true,
      () => false,
    )
  )
    return pinned;
  if (Number.parseInt(process.versions.node, 10) >= MAJOR) return process.execPath;
  throw new SetupError(
    `there is no Node ${MAJOR} in node_modules for ${process.platform}-${process.arch}, and this one is ${process.version}`,
    `install Node ${MAJOR} from https://nodejs.org/en/download and start again`,
  );
};
