/**
 * `node scripts/run.mjs bench/profiles.ts [--repeats 3] [--peers 200] [--seconds 6]`: CPU of the media
 * engine in its two profiles of Cargo, `checkout` and `release` (packages/webrtc/crate/Cargo.toml):
 * per packet and per join, in turn on the same host (`two-engines.ts`). Compiles both first.
 */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { nativeFileName } from '@livekit-swarm/webrtc';
import { spread } from './spread.ts';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '3' },
    peers: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '6' },
  },
});

const PROFILES = ['release', 'checkout'] as const;
const MEDIA = ['calls', 'video'] as const;
const webrtc = join(import.meta.dirname, '../packages/webrtc');
const library = process.platform === 'darwin' ? 'libswarm_native.dylib' : 'libswarm_native.so';

/** Folder with `two-engines.ts` and a copy of packages/webrtc with an engine of this profile. */
const prepare = (folder: string, profile: string): string => {
  execFileSync('cargo', ['build', '--locked', '--lib', '--profile', profile], {
    cwd: join(webrtc, 'crate'),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const copy = join(folder, profile, 'webrtc');
  cpSync(join(webrtc, 'src'), join(copy, 'src'), { recursive: true });
  copyFileSync(join(webrtc, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(webrtc, 'clips'), join(copy, 'clips'));
  copyFileSync(
    join(webrtc, 'crate', 'target', profile, library),
    join(copy, nativeFileName('swarm-native')),
  );
  const scope = join(folder, profile, 'node_modules', '@livekit-swarm');
  mkdirSync(scope, { recursive: true });
  symlinkSync(copy, join(scope, 'webrtc'));
  const program = join(folder, profile, 'two-engines.ts');
  copyFileSync(join(import.meta.dirname, 'two-engines.ts'), program);
  return program;
};

interface Cost {
  microsPerPacket: number;
  millisPerJoin: number;
}

const measure = async (program: string, media: string): Promise<Cost> => {
  const flags = ['--media', media, '--peers', values.peers, '--seconds', values.seconds];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags]);
  return JSON.parse(stdout) as Cost;
};

const folder = mkdtempSync(join(tmpdir(), 'swarm-profiles-'));
try {
  const programs = PROFILES.map((profile) => prepare(folder, profile));
  console.log('| media | measured | release | checkout | checkout / release |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const media of MEDIA) {
    const costs = PROFILES.map((): Cost[] => []);
    for (let repeat = 0; repeat < Number(values.repeats); repeat++)
      for (const [index, program] of programs.entries())
        costs[index]?.push(await measure(program, media));
    for (const [name, pick] of [
      ['µs a packet', ({ microsPerPacket }: Cost) => microsPerPacket],
      ['ms a join', ({ millisPerJoin }: Cost) => millisPerJoin],
    ] as const) {
      const [release = [], checkout = []] = costs.map((rows) => rows.map(pick));
      const ratios = checkout.map((cost, index) => cost / (release[index] ?? Number.NaN));
      console.log(
        `| ${media} | ${name} | ${spread(release, 2)} | ${spread(checkout, 2)} | ${spread(ratios, 2)} |`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
