import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { reportOf } from '@livekit-swarm/testkit/reports';
import { expect, it } from 'vitest';
import { wholeOf } from '../../reporter.ts';
import type { ReportInput } from '../report-input.ts';
import { htmlReporter } from './html.ts';

/** Report of a run that loses a tenth of the packets of audio from the 11th to the 14th second. */
const lossy = (...thresholds: string[]): ReportInput =>
  reportOf(
    altered(recordOf(specOf({ rooms: 2, participants: 2, durationMs: 30_000 })), (line) =>
      line.type !== 'sample' || line.at <= 10_000 || line.at > 14_000
        ? line
        : {
            ...line,
            series: line.series.map((series) =>
              series.labels.direction === 'down' && series.labels.kind === 'audio'
                ? { ...series, packets: series.packets * 0.9, lost: series.packets * 0.1 }
                : series,
            ),
          },
    ),
    thresholds,
  );

const overviewOf = async (input: ReportInput): Promise<string> => {
  const page = await wholeOf(htmlReporter.render([input]) ?? '');
  return /<section class="card glance".*?<\/section>/s.exec(page)?.[0] ?? '';
};

/** Start and end of the limit of the lane with this title, %. */
const limitOf = (overview: string, title: string): string[] => {
  const lane = overview.split('<div class="lane">').find((part) => part.includes(`>${title}<`));
  return /class="limit" x1="([\d.]+%?)" x2="([\d.]+%?)"/.exec(lane ?? '')?.slice(1) ?? [];
};

it('shows the limit that was crossed, with the values and the time that it judges', async () => {
  const overview = await overviewOf(
    lossy('packet_loss: rate<0.5', 'packet_loss{kind:audio}@12s..18s: rate<0.01'),
  );
  const [from = '', to = ''] = limitOf(overview, 'Loss audio');
  expect(Number.parseFloat(from)).toBeGreaterThan(30);
  expect(Number.parseFloat(to)).toBeLessThan(65);
  expect(overview).toMatch(/worst 10\.?0? % at 0:12/);
  // Two of the four seconds with loss lie in the window.
  expect(overview.match(/<rect class="bad"/g)).toHaveLength(2);
});

it('shows the limit of all participants where nothing was crossed', async () => {
  const overview = await overviewOf(lossy('packet_loss: rate<0.5'));
  expect(limitOf(overview, 'Loss')).toEqual(['0%', '100%']);
});

it('names lanes on which nothing happened in one line', async () => {
  const overview = await overviewOf(lossy('packet_loss: rate<0.5'));
  expect(overview).toContain('<p class="quiet">Connections: none lost · Interruptions: none</p>');
  expect(overview).not.toContain('>Connections<');
});
