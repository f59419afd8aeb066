import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEFAULT_LIVEKIT_VERSION,
  goBuildCommand,
  LIVEKIT_VERSIONS,
  liveKitServer,
  serverPackage,
} from '@livekit-swarm/lab';
import { NATIVE_TARGETS, nativePackage } from '@livekit-swarm/webrtc';
import { describe, expect, it } from 'vitest';
import { readNames, repositoryUrl } from './names.ts';
import { root } from './packages.ts';

/** Instruction of a Dockerfile: `RUN cargo build`. */
interface Instruction {
  word: string;
  rest: string;
}

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8');

/** Instructions of a Dockerfile, without comments, each on one line. */
const instructionsOf = (text: string): Instruction[] =>
  text
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [word = '', ...rest] = line.split(' ');
      return { word, rest: rest.join(' ').trim() };
    });

const instructions = instructionsOf(dockerfile);
/** Stages in their order, by name; the last has none. */
const stages: { name: string; from: string; steps: Instruction[] }[] = [];
for (const { word, rest } of instructions) {
  const [from = '', , name = ''] = rest.split(' ');
  if (word === 'FROM') stages.push({ name, from, steps: [] });
  else stages.at(-1)?.steps.push({ word, rest });
}
const args = new Map(
  instructions
    .filter(({ word, rest }) => word === 'ARG' && rest.includes('='))
    .map(({ rest }): [string, string] => {
      const [name = '', ...value] = rest.split('=');
      return [name, value.join('=')];
    }),
);

describe('the Dockerfile', () => {
  it('builds stages on images with versions, or on each other', () => {
    expect(stages.length).toBeGreaterThan(5);
    const names = new Set(stages.map(({ name }) => name));
    for (const { from } of stages)
      if (!names.has(from)) {
        const image = args.get(/^\$\{(\w+)\}$/.exec(from)?.[1] ?? '') ?? '';
        expect(image, from).toMatch(
          /^[\w./-]+:(?:[\d.]+-[\w-]+|nonroot)(?:@sha256:[0-9a-f]{64})?$/,
        );
      }
  });

  it('ends with an image that runs no command during the build, has no shell, and is not root', () => {
    const last = stages.at(-1);
    expect(last?.from).toBe('runtime');
    for (const { word, rest } of last?.steps ?? [])
      expect(`${word} ${rest}`).toMatch(/^(?:COPY --from=|WORKDIR \/work$)/);
    const runtime = stages.find(({ name }) => name === 'runtime')?.steps ?? [];
    expect(runtime.map(({ word }) => word)).not.toContain('RUN');
    expect(runtime.find(({ word }) => word === 'USER')?.rest).toBe('65532:65532');
    // At the end: a folder that exists keeps its permissions.
    for (const { name, steps } of stages)
      if (name === '') expect(steps.at(-1)).toEqual({ word: 'WORKDIR', rest: '/work' });
    for (const word of ['ENTRYPOINT', 'CMD'])
      expect(runtime.find((step) => step.word === word)?.rest).toMatch(/^\[/);
  });

  it('lets its user read what was copied from a checkout that is private', () => {
    const program = stages.find(({ name }) => name === 'program')?.steps ?? [];
    expect(program.at(-1)?.rest).toMatch(/&& chmod -R a\+rX \/program$/);
  });

  it('is built by the classic builder, too', () => {
    expect(dockerfile).not.toMatch(/--mount|<<|^# *syntax=|--link|--parents|--chmod/m);
  });

  it('copies only files that exist, and that .dockerignore lets through', () => {
    const kept = [...ignored.matchAll(/^!(\S+)/gm)].map(([, path = '']) => path);
    const version = args.get('LIVEKIT_VERSION') ?? '';
    const sources = stages
      .flatMap(({ steps }) => steps)
      .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1))
      .map((path) => path.replace(/\$\{LIVEKIT_VERSION\}/, version))
      .filter((path) => path !== '.');
    expect(sources.length).toBeGreaterThan(5);
    for (const path of sources) {
      expect(globSync(path, { cwd: root }), path).toHaveLength(1);
      expect(
        kept.some((name) => path === name || path.startsWith(`${name}/`)),
        path,
      ).toBe(true);
    }
    for (const path of kept) expect(globSync(path, { cwd: root }), path).toHaveLength(1);
  });

  it('copies from stages that exist and precede', () => {
    stages.forEach(({ steps }, index) => {
      const before = new Set(stages.slice(0, index).map(({ name }) => name));
      for (const { rest } of steps)
        for (const [, name = ''] of rest.matchAll(/--from=(\S+)/g)) expect(before).toContain(name);
    });
  });

  it('keeps secrets, records and what hosts built out of the build', () => {
    expect(ignored).toMatch(/^\*$/m);
    for (const pattern of ['**/.env', '**/node_modules', '**/records', 'packages/webrtc/*.node'])
      expect(ignored.split('\n')).toContain(pattern);
  });

  it('lets the sources of the program into the build, whatever their folders are named', () => {
    const names = [...ignored.matchAll(/^\*\*\/([\w.-]+)$/gm)].map(([, name = '']) => name);
    expect(names).toContain('records');
    // Expected results of tests.
    for (const name of names.filter((name) => name !== 'golden'))
      for (const path of globSync(`packages/*/src/**/${name}`, { cwd: root }))
        expect(ignored.split('\n')).toContain(`!${path}`);
  });

  it('has the default livekit-server, and the packages by the names under which they are found', () => {
    expect(args.get('LIVEKIT_VERSION')).toBe(DEFAULT_LIVEKIT_VERSION);
    expect(LIVEKIT_VERSIONS).toContain(args.get('LIVEKIT_VERSION'));
    for (const target of ['linux-x64-gnu', 'linux-arm64-gnu'] as const) {
      const { arch } = NATIVE_TARGETS[target];
      for (const name of [
        nativePackage(NATIVE_TARGETS[target]),
        serverPackage({ platform: 'linux', arch }),
      ])
        expect(dockerfile).toContain(name.replace(arch, '$arch'));
    }
  });

  it('compiles livekit-server as a checkout does', () => {
    const steps = stages.find(({ name }) => name === 'server')?.steps ?? [];
    const text = steps.map(({ rest }) => rest.replaceAll("'", '')).join(' ');
    const { args, variables } = goBuildCommand(liveKitServer(DEFAULT_LIVEKIT_VERSION), 'output');
    for (const flag of args.filter((arg) => /^-\w{2}/.test(arg))) expect(text).toContain(flag);
    for (const [name, value] of Object.entries(variables))
      expect(text).toContain(`${name}=${value}`);
  });

  it('has the names of the project', () => {
    const names = readNames();
    expect(dockerfile).toContain(`image.source="${repositoryUrl(names)}"`);
    expect(dockerfile).toContain(`/node_modules/${names.package}/packages/cli/src/main.js`);
  });
});
