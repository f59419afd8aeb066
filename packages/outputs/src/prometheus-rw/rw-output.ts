import { PUSH_LABEL } from '@livekit-swarm/catalogue';
import type { SnapshotValue } from '@livekit-swarm/catalogue/registry';
import type { Protocol } from '../delivery/outcome.ts';
import type { Encoder, RunIdentity } from '../encoder.ts';
import type { RemoteWriteSettings } from './rw-settings.ts';
import {
  type EncodedLabels,
  encodeLabels,
  encodeWriteRequest,
  type SeriesSample,
} from './write-request.ts';

/**
 * Largest number of series in a request, as Prometheus sends them: receivers limit the samples of a
 * request.
 */
const SERIES_PER_REQUEST = 2_000;
const LONGEST_LEAD_MS = 60_000;

/**
 * Makes an encoder for the series of `/metrics`, with histograms as buckets and the label `testid`.
 */
export const createRemoteWriteEncoder = (
  { intervalMs }: Pick<RemoteWriteSettings, 'intervalMs'>,
  { testid }: RunIdentity,
): Encoder => {
  /** Series of the last push. */
  let series = new Map<string, EncodedLabels>();
  let pushedAt = 0;
  return {
    push: ({ snapshots }, at) => {
      const before = series;
      series = new Map();
      pushedAt = at;
      const samples: SeriesSample[] = [];
      for (const { name, values } of snapshots) {
        for (const { labels: own, value, metricName = name } of values) {
          const key = `${metricName} ${JSON.stringify(own)}`;
          const labels = before.get(key) ?? encodeLabels(labelsOf(metricName, own, testid));
          series.set(key, labels);
          samples.push({ labels, value, at });
        }
      }
      // Ends missing series, as Prometheus does when a scrape lacks them.
      for (const [key, labels] of before)
        if (!series.has(key)) samples.push({ labels, value: 'stale', at });
      return encode(samples);
    },
    // The markers are placed at the time of the next push, so that the last value is shown as long
    // as those before it. Receivers reject samples far ahead of their time.
    end: () => {
      const at = pushedAt + Math.min(intervalMs, LONGEST_LEAD_MS);
      const markers = [...series.values()].map(
        (labels): SeriesSample => ({ labels, value: 'stale', at }),
      );
      series = new Map();
      return encode(markers);
    },
  };
};

const labelsOf = (
  name: string,
  own: SnapshotValue['labels'],
  testid: string,
): Record<string, string> => ({
  __name__: name,
  [PUSH_LABEL]: testid,
  // Prometheus treats an empty label as absent, and the specification forbids empty labels.
  ...Object.fromEntries(
    Object.entries(own)
      .map(([label, text]) => [label, String(text)] as const)
      .filter(([, text]) => text !== ''),
  ),
});

const encode = (samples: readonly SeriesSample[]): Uint8Array[] => {
  const requests: Uint8Array[] = [];
  for (let from = 0; from < samples.length; from += SERIES_PER_REQUEST)
    requests.push(encodeWriteRequest(samples.slice(from, from + SERIES_PER_REQUEST)));
  return requests;
};

export const remoteWriteProtocol: Protocol = {
  headers: {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
    'user-agent': 'livekit-swarm',
  },
  isRetryable: (status) => status >= 500 || status === 429,
};
