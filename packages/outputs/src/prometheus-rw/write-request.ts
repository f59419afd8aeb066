import { BinaryWriter, WireType } from '@bufbuild/protobuf';
import { compress } from 'snappyjs';

/** A sample of a series; `stale` ends the series. */
export interface SeriesSample {
  labels: EncodedLabels;
  value: number | 'stale';
  /** Unix time, ms. */
  at: number;
}

/** The NaN that Prometheus takes for the end of a series (0x7ff0000000000002): its bits may change on the way through a JavaScript number. */
const STALE = Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f);

/** WriteRequest.timeseries; TimeSeries.labels and samples; Label.name and value; Sample.value and timestamp. */
const [TIMESERIES, LABELS, SAMPLES, NAME, TEXT, VALUE, TIMESTAMP] = [1, 1, 2, 1, 2, 1, 2];

/** The labels of a series as they are in each of its samples. */
export type EncodedLabels = Uint8Array;

/**
 * To be done once for each series: most of the work of a push would be to encode labels.
 * @param labels by their names, the metric's as `__name__`; without empty ones
 */
export const encodeLabels = (labels: Readonly<Record<string, string>>): EncodedLabels => {
  const writer = new BinaryWriter();
  // The specification wants labels sorted by name.
  for (const name of Object.keys(labels).sort()) {
    writer.tag(LABELS, WireType.LengthDelimited).fork();
    writer.tag(NAME, WireType.LengthDelimited).string(name);
    writer.tag(TEXT, WireType.LengthDelimited).string(labels[name] ?? '');
    writer.join();
  }
  return writer.finish();
};

/** The message `prometheus.WriteRequest` of remote write 1.0, compressed with snappy (block format). */
export const encodeWriteRequest = (samples: readonly SeriesSample[]): Uint8Array => {
  const writer = new BinaryWriter();
  for (const { labels, value, at } of samples) {
    writer.tag(TIMESERIES, WireType.LengthDelimited).fork().raw(labels);
    writer.tag(SAMPLES, WireType.LengthDelimited).fork().tag(VALUE, WireType.Bit64);
    if (value === 'stale') writer.raw(STALE);
    else writer.double(value);
    writer.tag(TIMESTAMP, WireType.Varint).int64(at);
    writer.join().join();
  }
  return compress(writer.finish());
};
