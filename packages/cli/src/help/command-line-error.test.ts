import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { exampleOf } from './example-values.ts';

const swarm = async (...args: string[]): Promise<void> => {
  const stream = new PassThrough();
  const program = createProgram({ stdout: stream, stderr: stream, env: {} }, () => {});
  await program.parseAsync(args, { from: 'user' });
};

/** [command line, message, hint] */
const WRONG: [string, RegExp, RegExp][] = [
  ['--romms 3', /^unknown flag --romms$/, /^did you mean --rooms\? "swarm run --help" lists its f/],
  ['--api-secrt=hunter2', /^unknown flag --api-secrt$/, /^did you mean --api-secret\?/],
  ['--signalling v7', /--signalling.* Allowed choices are auto, v1, v0/, /^"swarm run --help"/],
  ['capacity a.yaml --unti x', /^unknown flag --unti$/, /^did you mean --until\? .* its flags$/],
  ['chaos run a.yaml --dry-run', /^unknown flag --dry-run$/, /^"swarm chaos plan FILE" shows/],
  ['verify --urll x', /^unknown flag --urll$/, /^did you mean --url\? "swarm verify --help"/],
  ['completion tcsh', /^swarm completion tcsh: unknown shell$/, /^available: bash, zsh, fish$/],
  ['completion bsh', /^swarm completion bsh: unknown shell$/, /^did you mean bash\?$/],
  ['reprot x', /^unknown command "reprot"$/, /^did you mean report\? "swarm --help" lists/],
  ['chaos rnu x', /^unknown command "swarm chaos rnu"$/, /^did you mean run\?/],
  ['release.yaml', /^unknown command "release.yaml"$/, /swarm run release\.yaml$/],
  ['run', /neither a scenario file nor a flag/, /swarm run --rooms 20$/],
  ['run --scale small', /require a scenario file/, /scenarios\/voice-ai\.yaml/],
  ['run a.yaml --rooms 3', /^--rooms: the scenario a\.yaml defines the load$/, /leave/],
  ['records prune --older-than', /^--older-than <age> needs a value/, /--older-than 30d$/],
  [
    '--deny-host lk.example.com capacity a.yaml',
    /^--deny-host is in front of "capacity"$/,
    /^put flags after it \("swarm capacity --help"/,
  ],
  ['--no-color lab status', /^--no-color is in front of "lab status"$/, /^put flags after it/],
  ['run --rooms', /^--rooms <n> needs a value: rooms at the same time/, /--rooms 20$/],
  ['chaos run', /^swarm chaos run needs <files>: drill files/, /^for example: swarm chaos run ch/],
  ['capacity', /^swarm capacity needs <file>/, /^for example: swarm capacity scenarios\/voice-ai/],
  ['help nosuch', /^unknown command "nosuch"$/, /"swarm --help" lists its commands$/],
  ['help chaos rnu', /^unknown command "swarm chaos rnu"$/, /^did you mean run\?/],
  ['host', /^swarm host needs --queue <url>: the queue/, /^for example: swarm host --queue redis/],
  ['plan a.yaml b.yaml', /^swarm plan: unexpected argument "b\.yaml"$/, /"swarm plan --help"/],
];

it('has an example for every flag with a value', () => {
  const without = (command: Command, path: string): string[] => [
    ...command.options
      .filter((option) => option.required && exampleOf(option) === null)
      .map(({ flags }) => `${path} ${flags}`),
    ...command.commands.flatMap((one) => without(one, `${path} ${one.name()}`)),
  ];
  const stream = new PassThrough();
  const program = createProgram({ stdout: stream, stderr: stream, env: {} }, () => {});
  expect(without(program, 'swarm')).toEqual([]);
});

it.each(WRONG)('swarm %s', async (line, message, hint) => {
  await expect(swarm(...line.split(' '))).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
