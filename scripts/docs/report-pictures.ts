/**
 * Pictures of an HTML report for the docs: on a laptop, on a phone, and its charts in the dark.
 * Needs Chromium.
 *
 *     npx swarm run … --report html=report.html
 *     node scripts/docs/report-pictures.ts report.html docs/images
 */
import { type Picture, takePictures } from './take-pictures.ts';

const PICTURES: readonly Picture[] = [
  {
    file: 'report-1440.png',
    viewport: { width: 1_440, height: 1_040 },
    scheme: 'light',
    from: null,
  },
  {
    file: 'report-390.png',
    viewport: { width: 390, height: 1_180, deviceScaleFactor: 2 },
    scheme: 'light',
    from: null,
  },
  {
    file: 'report-dark.png',
    viewport: { width: 1_440, height: 1_040 },
    scheme: 'dark',
    from: '#time',
  },
];

const [report, folder] = process.argv.slice(2);
if (report === undefined || folder === undefined)
  throw new Error('usage: report-pictures.ts REPORT.html FOLDER');

await takePictures(report, folder, PICTURES, 'html[data-ready]');
