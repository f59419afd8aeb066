import type { Option } from 'commander';

/** Example of a value, by the placeholder of its flag. */
const VALUES: Record<string, string> = {
  '<address>': ':9464',
  '<age>': '30d',
  '<auto|fresh|off|µs>': 'fresh',
  '<command>': '"systemctl reload nginx"',
  '<dir>': 'records/my-run',
  '<duration>': '60s',
  '<engine[:n]>': 'browser:2',
  '<expression>': "'jitter: p(95)<30'",
  '<factor>': '1.5',
  '<file>': 'FILE',
  '<folder>': 'monitoring',
  '<from/to>': '2026-11-12T14:00Z/2026-11-12T15:00Z',
  '<host>': 'livekit.example.com',
  '<hosts>': 'lk-1,root@10.0.0.5',
  '<id>': 'anna',
  '<key>': 'KEY',
  '<kind=name>': 'node=livekit-server',
  '<kinds>': 'audio,video',
  '<labels>': `'cluster="eu"'`,
  '<layout>': 'grid:9',
  '<limit>': 'cpu=70%',
  '<list>': 'haproxy,prometheus',
  '<month>': '2026-11',
  '<n>': '20',
  '<name=place>': 'Authorization=env:APP_AUTHORIZATION',
  '<name=url>': 'node-1=http://10.0.0.1:6789/metrics',
  '<name=value>': 'region=eu',
  '<name>': 'NAME',
  '<name[=file]>': 'junit=junit.xml',
  '<name[=url]>': 'otlp=http://127.0.0.1:4318',
  '<namespace>': 'livekit',
  '<path>': 'PATH',
  '<paths>': 'direct,turn-tls',
  '<policy>': 'sdk',
  '<port>': '6379',
  '<prefix>': '203.0.113.0/24',
  '<rate>': '10/s',
  '<record>': 'records/baseline',
  '<resource=n>': 'goroutines=20',
  '<secret>': 'SECRET',
  '<server>': '1.13.4',
  '<share>': '5%',
  '<size>': '720p',
  '<text>': 'my-test',
  '<time>': '30s',
  '<token>': 'TOKEN',
  '<unit>': 'rooms',
  '<url>': 'wss://livekit.example.com',
  '<usd>': '4000',
  '<version>': 'VERSION',
  '<ways>': 'leave,disappear',
};

/** Examples for flags whose placeholder means something else than usual. */
const FLAGS: Record<string, string> = {
  '--scale': 'small',
  '--codec': 'h264',
  '--room': 'town-hall',
  '--path': 'turn-tls',
  '--e2ee': 'throw-away',
  '--signalling': 'v1',
  '--queue': 'redis://10.0.0.5:6379',
  '--redis': 'redis://10.0.0.5:6379',
  '--prometheus': 'http://10.0.0.7:9090',
  '--server-metrics': 'http://10.0.0.5:6789/metrics',
  '--api-url': 'https://livekit.example.com',
  '--token-endpoint': 'https://app.example.com/token',
  '--turn-url': 'turn:turn.example.com:3478?transport=udp',
  '--load-balancer-metrics': 'http://10.0.0.6:8404/metrics',
  '--alert-webhook': 'http://127.0.0.1:8080/alerts',
  '--exporter': 'http://127.0.0.1:9465',
  '--listen': ':9465',
  '--web.listen-address': ':9465',
  '--web.config.file': 'web-config.yml',
  '--provider': 'hetzner',
  '--variant': 'helm',
};

/** Example of a flag with a value: `--rooms 20`; null for a flag without one. */
export const exampleOf = (option: Option): string | null => {
  if (!option.required || option.long === undefined) return null;
  const placeholder = option.flags.slice(option.flags.indexOf('<'));
  const value = FLAGS[option.long] ?? option.argChoices?.[0] ?? VALUES[placeholder];
  return value === undefined ? null : `${option.long} ${value}`;
};
