/**
 * Pictures of the page of one participant for the docs: on a laptop, and on a phone in the dark. Needs
 * Chromium.
 *
 *     npx swarm report RECORD --participant NAME --report html=participant.html
 *     node scripts/docs/participant-pictures.ts participant.html docs/images
 */
import { type Picture, takePictures } from './take-pictures.ts';

const PICTURES: readonly Picture[] = [
  {
    file: 'participant-1440.png',
    viewport: { width: 1_440, height: 1_240 },
    scheme: 'light',
    from: null,
  },
  {
    file: 'participant-390-dark.png',
    viewport: { width: 390, height: 1_180, deviceScaleFactor: 2 },
    scheme: 'dark',
    from: null,
  },
];

const [page, folder] = process.argv.slice(2);
if (page === undefined || folder === undefined)
  throw new Error('usage: participant-pictures.ts PARTICIPANT.html FOLDER');

await takePictures(page, folder, PICTURES, 'main');
