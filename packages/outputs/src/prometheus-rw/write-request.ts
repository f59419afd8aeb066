import { BinaryWriter, WireType } from '@bufbuild/protobuf';
import { compress } from 'snappyjs';

/** Sample of a series; `stale` ends the series. */
export interface SeriesSample {
  labels: EncodedLabels;
  value: number | 'stale';
  /** Time of the sample, Unix time, ms. */
  at: number;
}

/**
 * NaN that marks the end of a series in Prometheus (0x7ff0000000000002), as bytes: its bits may
 * change in a JavaScript number.
 */
const STALE = Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f);

/**
 * Field numbers of WriteRequest.timeseries; TimeSeries.labels and samples; Label.name and value;
 * Sample.value and timestamp.
 */
const [TIMESERIES, LABELS, SAMPLES, NAME, TEXT, VALUE, TIMESTAMP] = [1, 1, 2, 1, 2, 1, 2];

/** Encoded labels of a series, which each of its samples contains. */
export type EncodedLabels = Uint8Array;

/**
 * Encodes the labels of a series. Called once per series, because it is most of the work of a push.
 * @param labels labels by name, with the metric's name as `__name__`; without empty ones
 */
export const encodeLabels = (labels: Readonly<Record<string, string>>): EncodedLabels => {
  const writer = new BinaryWriter();
  // The specification requires labels sorted by name.
  for (const name of Object.keys(labels).sort()) {
    writer.tag(LABELS, WireType.LengthDelimited).fork();
    writer.tag(NAME, WireType.LengthDelimited).string(name);
    writer.tag(TEXT, WireType.LengthDelimited).string(labels[name] ?? '');
    writer.join();
  }
  return writer.finish();
};

/**
 * Encodes the message `prometheus.WriteRequest` of remote write 1.0, compressed with snappy (block
 * format).
 */
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
