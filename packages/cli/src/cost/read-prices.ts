import { defaultPriceBook, type PriceBook, readPriceBook } from '@livekit-swarm/cost';
import { readFileText } from '../file-text.ts';

/**
 * Price book of `--prices`, or the one that comes with swarm.
 * @throws SwarmError `invalid_file`
 */
export const readPrices = (path: string | undefined): PriceBook =>
  path === undefined
    ? defaultPriceBook()
    : readPriceBook(readFileText(path, 'check the path and who may read it'), path);
