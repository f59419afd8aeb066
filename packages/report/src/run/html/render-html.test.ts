import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import {
  failedReport,
  hostsReport,
  inconclusiveReport,
  passedReport,
  quietReport,
  reportOf,
} from '@livekit-swarm/testkit/reports';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { describe, expect, it } from 'vitest';
import type { PageData } from '../../html/charts/chart-data.ts';
import { wholeOf } from '../../reporter.ts';
import type { ReportInput } from '../report-input.ts';
import { htmlReporter } from './html.ts';

const pageOf = (input: ReportInput): Promise<string> => wholeOf(htmlReporter.render([input]) ?? '');

/** Text that is read, without programs, tags and runs of blanks. */
const textOf = (page: string): string =>
  page
    .replace(/<(script|style)\b.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/\s+/g, ' ');

/** Data of the page's script. */
const dataOf = (page: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '');

describe('the page of a run', () => {
  it('that passed shows the verdict and the health of the generator', async () => {
    const text = textOf(await pageOf(passedReport()));
    expect(text).toMatch(/Passed All \d+ thresholds met\. Exit code 0\./);
    expect(text).toContain('The figures describe the deployment.');
    expect(text).toContain('livekit-server 1.13.4, started by swarm');
  });

  it('that failed shows the reasons, times and the health of the generator', async () => {
    const text = textOf(await pageOf(failedReport()));
    expect(text).toMatch(/Failed \d of \d+ thresholds crossed\. Exit code 99\./);
    expect(text).toMatch(
      /packet_loss\{kind:video\} was 2\.06 % , limit < 2 % above the limit 0:\d\d–0:\d\d/,
    );
    expect(text).toContain('The cause is the deployment or the network, not the load generator.');
    expect(text).toMatch(/k3x9-2-p1 swarm-k3x9-2 publisher join failed ice_timeout/);
    expect(text).toMatch(/k3x9-3-s1 .* disconnected \(connection_timeout\)/);
  });

  it('shows the nodes of the deployment on the time axis of the participants', async () => {
    const lines = withServer(recordOf(specOf({ rooms: 2, durationMs: 20_000 })), () => ({
      'node-1': { cpuCores: 0.5, memoryBytes: 60e6 },
      '<b>node': { cpuCores: 1, memoryBytes: 60e6 },
    }));
    const page = await pageOf(reportOf(lines));
    const { charts, points } = dataOf(page) as PageData;
    const cpu = charts.find(({ id }) => id === 'server-cpu');
    expect(cpu?.series.map(({ label, values }) => [label, values.length, values[9]])).toEqual([
      ['all nodes', points, 1.5],
      ['<b>node', points, 1],
      ['node-1', points, 0.5],
    ]);
    expect(charts.find(({ id }) => id === 'connected')?.series[0]?.values).toHaveLength(points);
    expect(textOf(page)).toMatch(/Server .* node-1 0\.5 0\.5 60 MB/);
    expect(page).not.toContain('<b>node');
  });

  it('that is inconclusive shows how the generator was impaired', async () => {
    const text = textOf(await pageOf(inconclusiveReport()));
    expect(text).toMatch(
      /Inconclusive Load generator impaired\. The run was interrupted\. Exit code 130\./,
    );
    expect(text).toMatch(
      /datagrams .* were dropped because the generator&#39;s receive buffers were full/,
    );
    expect(text).toContain('✗ impaired');
    expect(text).toMatch(/0:25 interrupted/);
  });

  it('on several hosts shows each of them, and one on a single host has none', async () => {
    const text = textOf(await pageOf(hostsReport()));
    expect(text).toMatch(/load-1 16 1 8 -3 ms ±0.21 ms 1.41 ms – healthy/);
    expect(text).toMatch(/load-2 16 1 8 -2 ms ±0.21 ms 1.41 ms \S+ s (late_sends|tick_lateness)/);
    expect(text).toMatch(/load-3 16 1 8 -1 ms ±0.21 ms 1.41 ms \S+ s lost/);
    expect(textOf(await pageOf(passedReport()))).not.toContain('Hosts');
  });

  it('without media has no charts of media', async () => {
    const page = await pageOf(quietReport());
    const ids = dataOf(page).charts.map(({ id }: { id: string }) => id);
    expect(ids).toContain('connected');
    expect(ids).not.toContain('latency');
    expect(textOf(page)).toContain('No media was sent or received.');
  });

  it('of which no record is left has everything but what happened over time', async () => {
    const page = await pageOf({ ...failedReport(), recordPath: null, readLines: null });
    expect(textOf(page)).toMatch(/Failed .*Thresholds .*Distributions .*Figures .*Scenario/);
    expect(page).not.toContain('class="plot"');
    expect(dataOf(page).charts).toEqual([]);
  });

  it('gives its script what a chart needs, and no more', async () => {
    const { charts, points, step } = dataOf(await pageOf(failedReport()));
    expect(step).toBe(1);
    for (const { series } of charts)
      for (const { values, label } of series) {
        expect(values, label).toHaveLength(points);
        // Four digits are more than a chart can show.
        for (const value of values)
          expect(value === null ? null : Number(value.toPrecision(4))).toBe(value);
      }
    const loss = charts.find(({ id }: { id: string }) => id === 'loss-down');
    expect(loss.series.map(({ label }: { label: string }) => label)).toEqual([
      'audio',
      'audio, before recovery',
      'video',
      'video, before recovery',
    ]);
    expect(loss.limit).toBe(0.01);
  });

  it('is of bounded size', async () => {
    const windows = Array.from({ length: 500 }, (_, stage) => ({
      name: `stage-${stage}`,
      fromMs: stage * 10,
      toMs: stage * 10 + 10,
      source: 'stage' as const,
    }));
    const lines = altered(
      recordOf(specOf({ rooms: 40, participants: 3, durationMs: 5_000 })),
      (line) => {
        if (line.type === 'header') return { ...line, plan: { ...line.plan, windows } };
        if (line.type !== 'participant') return line;
        return {
          ...line,
          room: line.room.padEnd(5_000, 'x'),
          outcome: 'disconnected',
          reason: 'because '.repeat(10_000),
        };
      },
    );
    const page = await pageOf(
      reportOf(lines, [
        'jitter@*: p(95)<1',
        'media_latency@*: p(95)<1',
        'packet_loss@*: rate<0.01',
      ]),
    );
    expect(page.length).toBeLessThan(900_000);
    expect(textOf(page)).toMatch(/… and 1,\d{3} more; --report json has all of them/);
  });

  it('is the same for the same run', async () => {
    expect(await pageOf(failedReport())).toBe(await pageOf(failedReport()));
  });

  it('may run nothing but what is in it', async () => {
    const page = await pageOf(passedReport());
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-/,
    );
    expect(page).not.toMatch(/unsafe-inline|unsafe-eval/);
    // Attributes that such a policy would not let work.
    const markup = page.replace(/<(script|style)\b.*?<\/\1>/gs, '');
    expect(markup).not.toMatch(/<[^>]*\s(style|on\w+)=/);
    // What is fetched, other than by a click of the reader.
    expect(markup).not.toMatch(/(src|href)="(?!#|data:)/);
  });
});
