/** docker-compose.yml and what it mounts, without an engine: it keeps what it promises, and the programs that are to read the files do. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSettings } from '@livekit-swarm/exporter';
import { missing } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findCompose, freshKeys, NO_COMPOSE } from '../support/stack.ts';
import { ROOT } from '../support/stack-images.ts';
import { scratch } from '../support/swarm.ts';

interface Service {
  image?: string;
  /** Folder of a Dockerfile. */
  build?: string;
  network_mode?: string;
  ports?: string[];
  user?: string;
  read_only?: boolean;
  privileged?: boolean;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  volumes?: string[];
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[]; interval?: string; retries?: number };
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
}

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const all = Object.entries(services);
const stackFile = (...path: string[]): string => join(ROOT, 'examples', 'stack', ...path);
const read = (...path: string[]): string => readFileSync(stackFile(...path), 'utf8');

const compose = await findCompose();

describe('docker-compose.yml', () => {
  it('has what a cluster and its watchers are made of', () => {
    expect(Object.keys(services).toSorted()).toEqual(
      [
        ...[
          'alertmanager',
          'coturn',
          'exporter',
          'grafana',
          'haproxy',
          'node-1',
          'node-2',
          'node-3',
        ],
        ...['node-exporter', 'prometheus', 'redis', 'redis-exporter'],
      ].toSorted(),
    );
  });

  it('pins every image to a version', () => {
    for (const [name, { image = '' }] of all)
      expect(image, name).toMatch(/^\$\{[A-Z_]+_IMAGE:-[\w./-]+:v?\d+\.\d+(\.\d+)?(-\w+)?\}$/);
  });

  it('has digests asked for of what a registry has: one image that none has fails the whole command', () => {
    const built = all.filter(([, { build }]) => build !== undefined).map(([name]) => name);
    expect(built).toEqual(['exporter']);
    for (const place of [text, readFileSync(join(ROOT, 'docs', 'stack.md'), 'utf8')])
      expect(place).toContain(
        '--lock-image-digests $(docker compose config --services | grep -vx exporter) >',
      );
  });

  it.each(all)('%s has only the rights that it needs, and a health check', (name, service) => {
    expect(service).toMatchObject({
      network_mode: 'host',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      user: expect.stringMatching(/^[1-9]\d*:\d+$/),
      healthcheck: {
        test: expect.arrayContaining(['CMD']),
        interval: expect.any(String),
        start_period: expect.any(String),
      },
    });
    expect(service.ports ?? []).toEqual([]);
    expect(service.privileged ?? false).toBe(false);
    expect(service.cap_add ?? []).toEqual(name === 'coturn' ? ['NET_BIND_SERVICE'] : []);
  });

  it('keeps every service healthy while nodes are recreated, which takes ten seconds with rooms', () => {
    for (const [name, { depends_on = {} }] of all)
      expect(depends_on.haproxy?.condition, name).toBeOneOf([undefined, 'service_started']);
    const { retries = 0, interval = '' } = services.haproxy?.healthcheck ?? {};
    expect(retries * Number.parseFloat(interval)).toBeGreaterThanOrEqual(30);
  });

  it('mounts what is there, to be read only', () => {
    const mounts = all.flatMap(([, { volumes = [] }]) =>
      volumes.filter((mount) => mount.startsWith('.')),
    );
    expect(mounts.length).toBeGreaterThan(6);
    for (const mount of mounts) {
      const [from = '', , mode] = mount.split(':');
      expect(statSync(join(ROOT, from)).size, mount).toBeGreaterThan(0);
      expect(mode, mount).toBe('ro');
    }
    expect(text).not.toContain('docker.sock');
    for (const [, { build }] of all)
      if (build !== undefined)
        expect(statSync(join(ROOT, build, 'Dockerfile')).isFile()).toBe(true);
  });

  it('has ICE over TCP in a file of its own, each node on another port', () => {
    const added = parse(read('ice-tcp.yaml')) as { services: Record<string, Service> };
    const ports = Object.entries(added.services).map(([name, { command = [], ...rest }]) => {
      const own = services[name]?.command ?? [];
      expect(command.slice(0, own.length), name).toEqual(own);
      const [flag, port] = command.slice(own.length);
      expect(flag).toBe('--rtc.tcp_port');
      expect(rest).toEqual({ labels: { 'swarm.tcp': `${own[1]},${port}` } });
      return port;
    });
    expect(new Set(ports).size).toBe(3);
    expect(Object.keys(added.services)).toEqual(
      Object.keys(services).filter((name) => name.startsWith('node-') && /\d$/.test(name)),
    );
  });

  it('has TURN over TLS in a file of its own, which changes nothing else', () => {
    const added = parse(read('turn-tls.yaml'), { merge: true }) as {
      services: Record<string, Service>;
    };
    const { coturn, ...nodes } = added.services;
    const tls = [
      '--tls-listening-port=5349',
      '--cert=/certificates/turn.crt',
      '--pkey=/certificates/turn.key',
    ];
    expect(coturn?.command).toEqual(
      services.coturn?.command?.flatMap((flag) => (flag === '--no-tls' ? tls : [flag])),
    );
    for (const name of ['node-1', 'node-2', 'node-3']) {
      const config = (from: Record<string, Service>) =>
        parse(from[name]?.environment?.LIVEKIT_CONFIG ?? '') as {
          rtc: { turn_servers: { protocol: string }[] };
        };
      const [own, more] = [config(services), config(nodes)];
      const [, tcp] = own.rtc.turn_servers;
      own.rtc.turn_servers.push({ ...tcp, ...{ port: 5349, protocol: 'tls' } });
      expect(more, name).toEqual(own);
    }
  });

  it('names no address but loopback', () => {
    const files = readdirSync(stackFile(), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile(),
    );
    const texts = [
      text,
      ...files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
    ];
    // What coturn denies is every address.
    const addresses = texts.flatMap(
      (each) =>
        each.replaceAll(/--denied-peer-ip=\S+/g, '').match(/\b\d{1,3}(\.\d{1,3}){3}\b/g) ?? [],
    );
    expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']));
  });

  it('holds no secret, nor a default for one', () => {
    const variables = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name = '', rest = '']) => ({
      name,
      rest,
    }));
    const secrets = variables.filter(({ name }) => !name.endsWith('_IMAGE'));
    expect(new Set(secrets.map(({ name }) => name))).toEqual(new Set(Object.keys(freshKeys())));
    expect(secrets.filter(({ rest }) => rest !== '' && !rest.startsWith(':?'))).toEqual([]);
  });

  it('is valid for Compose, which asks for keys', async ({ skip }) => {
    skip(compose === null, NO_COMPOSE);
    const [program = '', ...args] = compose ?? [];
    // Elsewhere, so that no .env of this checkout is found.
    const dir = scratch();
    cpSync(join(ROOT, 'docker-compose.yml'), join(dir, 'docker-compose.yml'));
    const config = (env: Record<string, string>) =>
      execa(program, [...args, 'config', '--quiet'], {
        cwd: dir,
        env,
        reject: false,
        stdin: 'ignore',
      });
    expect(await config(freshKeys())).toMatchObject({ exitCode: 0, stderr: '' });
    for (const more of ['ice-tcp.yaml', 'turn-tls.yaml']) {
      cpSync(stackFile(more), join(dir, 'docker-compose.override.yml'));
      expect(await config(freshKeys()), more).toMatchObject({ exitCode: 0, stderr: '' });
    }
    const refused = await config({});
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('examples/stack/keys.sh');
  });
});

describe('keys.sh', () => {
  it('makes keys that only their owner can read, once', async () => {
    const dir = scratch();
    mkdirSync(join(dir, 'examples'), { recursive: true });
    cpSync(stackFile(), join(dir, 'examples', 'stack'), { recursive: true });
    const make = () =>
      execa(join(dir, 'examples', 'stack', 'keys.sh'), {
        cwd: '/',
        reject: false,
        stdin: 'ignore',
      });
    expect(await make()).toMatchObject({ exitCode: 0, stdout: '' });
    const file = join(dir, '.env');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const keys = readFileSync(file, 'utf8');
    for (const name of Object.keys(freshKeys()))
      expect(keys).toMatch(new RegExp(`^${name}=\\w{12,}$`, 'm'));
    expect(keys).toMatch(/^LIVEKIT_API_SECRET=[0-9a-f]{64}$/m);

    expect(await make()).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('.env is there already'),
    });
    expect(readFileSync(file, 'utf8')).toBe(keys);
    expect(readdirSync(dir).toSorted()).toEqual(['.env', 'examples']);
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toContain('.env');
  });
});

describe('certificates.sh', () => {
  it('makes a certificate for loopback that its CA signed, once, and keeps no key of the CA', async ({
    skip,
  }) => {
    const why = await missing('openssl');
    skip(why !== null, why ?? '');
    const dir = scratch();
    cpSync(stackFile('certificates.sh'), join(dir, 'certificates.sh'));
    const make = () =>
      execa(join(dir, 'certificates.sh'), { cwd: '/', reject: false, stdin: 'ignore' });
    expect(await make()).toMatchObject({ exitCode: 0, stdout: '' });
    const made = join(dir, 'certificates');
    expect(readdirSync(made).toSorted()).toEqual(['ca.crt', 'turn.crt', 'turn.key']);
    const [ca, own] = [join(made, 'ca.crt'), join(made, 'turn.crt')];
    await takes('openssl', 'verify', '-CAfile', ca, '-verify_ip', '127.0.0.1', own);
    expect(await make()).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is there already'),
    });
    expect(readdirSync(dir).toSorted()).toEqual(['certificates', 'certificates.sh']);
  });
});

/** Expect that a program accepts the files that its arguments name. */
const takes = async (program: string, ...args: string[]): Promise<void> => {
  const { exitCode, all: said } = await execa(program, args, {
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  expect(exitCode, said).toBe(0);
};

describe('configurations', () => {
  it('Prometheus reads its own, with the rules', async ({ skip }) => {
    const why = await missing('promtool');
    skip(why !== null, why ?? '');
    const mounted =
      services.prometheus?.volumes?.find((mount) => mount.includes('.rules.yaml')) ?? '';
    const [from = '', to = ''] = mounted.split(':');
    const file = join(scratch(), 'prometheus.yaml');
    expect(read('prometheus.yaml')).toContain(to);
    await writeFile(file, read('prometheus.yaml').replaceAll(to, join(ROOT, from)));
    await takes('promtool', 'check', 'config', file);
  });

  it('Alertmanager reads its own', async ({ skip }) => {
    const why = await missing('amtool');
    skip(why !== null, why ?? '');
    await takes('amtool', 'check-config', stackFile('alertmanager.yaml'));
  });

  it('HAProxy reads its own', async ({ skip }) => {
    const why = await missing('haproxy');
    skip(why !== null, why ?? '');
    await takes('/usr/sbin/haproxy', '-c', '-f', stackFile('haproxy.cfg'));
  });

  it('the exporter reads its own, with the keys that Compose gives it', async () => {
    const settings = await loadSettings({ config: stackFile('exporter.yaml') }, freshKeys());
    expect(settings.targets.map(({ name }) => name)).toEqual(['stack']);
    expect(settings).toMatchObject({
      probes: expect.anything(),
      lifecycle: expect.anything(),
      clients: expect.anything(),
    });
    expect(services.exporter?.environment).toEqual({
      LIVEKIT_API_KEY: expect.stringContaining('LIVEKIT_API_KEY'),
      LIVEKIT_API_SECRET: expect.stringContaining('LIVEKIT_API_SECRET'),
    });
  });

  it('nodes have the addresses that other services use', () => {
    for (const number of [1, 2, 3]) {
      const command = services[`node-${number}`]?.command?.join(' ') ?? '';
      const [http, metrics] = [`781${number}`, `681${number}`];
      expect(command).toContain(
        `--port ${http} --prometheus.port ${metrics} --udp-port 201${number}0-201${number}9`,
      );
      expect(services[`node-${number}`]?.healthcheck?.test).toContain(`http://127.0.0.1:${http}/`);
      expect(read('haproxy.cfg')).toContain(`server node-${number} 127.0.0.1:${http} check`);
      expect(read('prometheus.yaml')).toContain(
        `targets: ["127.0.0.1:${metrics}"], labels: { node: node-${number} }`,
      );
      expect(read('exporter.yaml')).toContain(
        `node-${number}: { url: ws://127.0.0.1:${http}, metricsUrl: http://127.0.0.1:${metrics}/metrics }`,
      );
    }
  });

  it('Grafana finds its data and every dashboard', () => {
    const [prometheus, alertmanager] = (
      parse(read('grafana', 'datasources', 'prometheus.yaml')) as { datasources: { url: string }[] }
    ).datasources;
    expect(services.prometheus?.command).toContain(
      `--web.listen-address=${prometheus?.url.replace('http://', '')}`,
    );
    expect(services.alertmanager?.command).toContain(
      `--web.listen-address=${alertmanager?.url.replace('http://', '')}`,
    );
    const { providers } = parse(read('grafana', 'dashboards', 'livekit.yaml')) as {
      providers: { options: { path: string }; folder: string }[];
    };
    const folder = providers[0]?.options.path ?? '';
    expect(services.grafana?.volumes).toContain(`./dashboards:${folder}:ro`);
    expect(services.grafana?.volumes).toContain(
      './examples/stack/grafana:/etc/grafana/provisioning:ro',
    );
    const files = readdirSync(join(ROOT, 'dashboards')).filter((name) => name.endsWith('.json'));
    expect(files.length).toBeGreaterThanOrEqual(7);
    expect(`${folder}/${files.find((name) => name.includes('cluster'))}`).toBe(
      services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH,
    );
  });
});
