/**
 * Pictures of the pages of two drills for the docs: one from its verdict on, one from what happened
 * on, in the dark. Needs Chromium.
 *
 *     npx swarm chaos run chaos/hang-10s.yaml --repeats 1 --report html=split.html
 *     npx swarm chaos run chaos/kill-room-node.yaml --repeats 1 --report html=kill.html
 *     node scripts/docs/drill-pictures.ts split.html kill.html docs/images
 */
import { takePictures } from './take-pictures.ts';

const [first, second, folder] = process.argv.slice(2);
if (first === undefined || second === undefined || folder === undefined) {
  throw new Error('usage: drill-pictures.ts SPLIT.html KILL.html FOLDER');
}

const viewport = { width: 1_440, height: 1_240 };
await takePictures(
  first,
  folder,
  [{ file: 'drill-1440.png', viewport, scheme: 'light', from: null }],
  'main',
);
await takePictures(
  second,
  folder,
  [{ file: 'drill-dark.png', viewport, scheme: 'dark', from: '#repeat-1' }],
  'main',
);
