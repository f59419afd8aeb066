import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { commandNames, commandTable, RUNBOOK_COMMANDS } from './runbook-commands.ts';
import { runbookPages } from './runbook-sections.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const commands = Object.entries(RUNBOOK_COMMANDS);

const SERVICES = new Set(
  Object.keys(
    z
      .object({ services: z.record(z.string(), z.unknown()) })
      .parse(parse(read('docker-compose.yml'))).services,
  ),
);

it.each(commands)('%s: names services of docker-compose.yml', (_name, { compose }) => {
  const named = [
    ...compose.matchAll(/docker compose (?:ps|logs|stop|kill|up|restart|exec)([^;|)]*)/g),
  ]
    .flatMap(([, rest = '']) => rest.split(' '))
    .filter((word) =>
      /^(node-\d|redis|haproxy|coturn|exporter|prometheus|alertmanager|[a-z]+-exporter)$/.test(
        word,
      ),
    );
  expect(compose).toMatch(/^(nohup )?(docker |LIVEKIT_IMAGE=|ethtool )/);
  for (const service of named) expect(SERVICES).toContain(service);
  if (/^(nohup )?docker compose/.test(compose)) expect(named.length).toBeGreaterThan(0);
});

/** Names in the included manifests, as `kind/name`, with the value of their name label. */
const manifests = ['livekit', 'redis', 'namespace'].flatMap((file) =>
  parseAllDocuments(read(`examples/kubernetes/base/${file}.yaml`)).map((document) =>
    z
      .object({
        kind: z.string(),
        metadata: z.object({
          name: z.string(),
          labels: z.record(z.string(), z.string()).optional(),
        }),
      })
      .parse(document.toJS()),
  ),
);

it('names objects that examples/kubernetes/base creates', () => {
  const text = commands.map(([, { kubernetes }]) => kubernetes).join('\n');
  const created = manifests.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  expect(created).toContain('namespace/livekit');
  expect(text).toContain('-n livekit');
  expect(created).toContain('statefulset/redis');
  expect(text).toContain('redis-0');
  for (const [resource] of text.matchAll(/statefulset\/\w+/g)) expect(created).toContain(resource);
  const labels = new Set(
    manifests.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] ?? ''),
  );
  for (const [, name = ''] of text.matchAll(
    /-n livekit \w+ pods -l app\.kubernetes\.io\/name=([\w-]+)/g,
  ))
    expect(labels).toContain(name);
});

it("finds the exporter's pods and unit by their shipped names", () => {
  const { name } = z
    .object({ name: z.string() })
    .parse(parse(read('packaging/helm/livekit-swarm/Chart.yaml')));
  const chart = read('packaging/helm/livekit-swarm/templates/exporter.yaml');
  const state = RUNBOOK_COMMANDS['exporter-state'];
  expect(state?.kubernetes).toContain(`app.kubernetes.io/name=${name},`);
  expect(chart).toContain('app.kubernetes.io/component: exporter');
  expect(state?.systemd).toBe('systemctl status swarm-exporter');
  expect(read('packaging/systemd/swarm-exporter.service')).toContain('[Service]');
});

it('never deletes a pod with a grace period of 0', () => {
  for (const [, { kubernetes, chart }] of commands)
    for (const text of [kubernetes, chart]) expect(text).not.toMatch(/grace-period=0|--force/);
});

it('no page needs a checkout on the computer of the operator', () => {
  for (const page of ['README', ...runbookPages()])
    expect(read(`docs/runbooks/${page}.md`), page).not.toMatch(/npx swarm/);
});

it('every page has a command, and every command is on a page', () => {
  const used = runbookPages().flatMap((page) => {
    const names = commandNames(read(`docs/runbooks/${page}.md`));
    expect(names, page).not.toEqual([]);
    return names;
  });
  expect(Object.keys(RUNBOOK_COMMANDS).filter((name) => !used.includes(name))).toEqual([]);
});

it('reports a command that does not exist', () => {
  expect(() => commandTable(['node-stat'])).toThrow(/no command "node-stat"/);
});
