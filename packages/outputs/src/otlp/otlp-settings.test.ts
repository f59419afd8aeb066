import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readOtlpSettings } from './otlp-settings.ts';

const urlOf = (url: string | null, env: Record<string, string>): string =>
  readOtlpSettings(url, env).endpoint.url.href;

describe('the URL of OTLP requests', () => {
  it.each<[string, string | null, Record<string, string>, string]>([
    ['the default', null, {}, 'http://localhost:4318/v1/metrics'],
    [
      'an empty variable',
      null,
      { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
      'http://localhost:4318/v1/metrics',
    ],
    [
      'the endpoint of all signals',
      null,
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.com/prefix/' },
      'https://otel.example.com/prefix/v1/metrics',
    ],
    [
      'the endpoint of metrics, as it is',
      null,
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.com',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://metrics.example.com/own',
      },
      'https://metrics.example.com/own',
    ],
    [
      'the flag before all',
      'http://collector:4318',
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://metrics.example.com/own' },
      'http://collector:4318/v1/metrics',
    ],
    [
      'the whole address',
      'http://collector:4318/v1/metrics',
      {},
      'http://collector:4318/v1/metrics',
    ],
    [
      'Prometheus',
      'http://prometheus:9090/api/v1/otlp',
      {},
      'http://prometheus:9090/api/v1/otlp/v1/metrics',
    ],
  ])('%s', (_what, url, env, expected) => {
    expect(urlOf(url, env)).toBe(expected);
  });

  it('contains no user and password', () => {
    const { endpoint } = readOtlpSettings('https://me:p%40ss@otel.example.com?key=hidden', {});
    expect(endpoint.url.href).toBe('https://otel.example.com/v1/metrics?key=hidden');
    expect(endpoint.shown).toBe('https://otel.example.com/v1/metrics');
    expect(endpoint.headers).toEqual({ authorization: `Basic ${btoa('me:p@ss')}` });
  });
});

describe('settings of OTLP', () => {
  it('are those of the specification, except for the interval', () => {
    const { endpoint, ...settings } = readOtlpSettings(null, {});
    expect(endpoint).toMatchObject({
      timeoutMs: 10_000,
      compression: 'none',
      headers: {},
      tls: {},
    });
    expect(settings).toEqual({
      encoding: 'protobuf',
      deltas: new Set(),
      histograms: 'exponential',
      intervalMs: 5_000,
      resource: {},
    });
  });

  it('come from the variables of metrics, then from those of all signals', () => {
    const file = fileURLToPath(import.meta.url);
    const { endpoint, ...settings } = readOtlpSettings(null, {
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=voice%20calls,authorization=Bearer%20one',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'Authorization=Bearer%20two',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2000',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_CERTIFICATE: file,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'explicit_bucket_histogram',
      OTEL_METRIC_EXPORT_INTERVAL: '15000',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=staging,service.name=other',
      OTEL_SERVICE_NAME: 'load',
    });
    expect(endpoint).toMatchObject({
      headers: { 'x-team': 'voice calls', authorization: 'Bearer two' },
      timeoutMs: 2_000,
      compression: 'gzip',
    });
    expect(endpoint.tls.ca?.length).toBeGreaterThan(0);
    expect(settings).toEqual({
      encoding: 'json',
      deltas: new Set(['histogram']),
      histograms: 'explicit',
      intervalMs: 15_000,
      resource: { 'deployment.environment': 'staging', 'service.name': 'load' },
    });
  });

  it.each<[string | null, Record<string, string>, RegExp]>([
    ['not a url', {}, /--out otlp: not a URL/],
    ['ftp://otel.example.com', {}, /is not an http:\/\/ or https:\/\/ URL/],
    [null, { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT: /],
    [null, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /not supported.*http\/protobuf/],
    [null, { OTEL_EXPORTER_OTLP_TIMEOUT: '10s' }, /OTEL_EXPORTER_OTLP_TIMEOUT=10s: must be/],
    [null, { OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' }, /COMPRESSION=zstd: is not supported/],
    [
      null,
      { OTEL_EXPORTER_OTLP_HEADERS: 'hidden' },
      /OTEL_EXPORTER_OTLP_HEADERS: pair 1 has no name/,
    ],
    [null, { OTEL_EXPORTER_OTLP_HEADERS: 'a=hidden%0d%0ax' }, /value of a cannot be sent/],
    [null, { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere.pem' }, /cannot read \/nowhere.pem/],
    [null, { OTEL_RESOURCE_ATTRIBUTES: 'a=%hidden' }, /the value of a is not percent-encoded/],
  ])('refuses %j %j', (url, env, message) => {
    let text = '';
    try {
      readOtlpSettings(url, env);
    } catch (error) {
      const { code, message, hint } = error as { code: string; message: string; hint: string };
      expect(code).toBe('usage');
      text = `${message}; ${hint}`;
    }
    expect(text).toMatch(message);
    expect(text).not.toContain('hidden');
  });
});
