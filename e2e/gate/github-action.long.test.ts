/** Tests the scripts of action.yml itself, run by bash, against a real server. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { describe, expect, it } from 'vitest';
import { type ActionRun, readAction, runAction } from '../support/github-action.ts';
import { scratch } from '../support/swarm.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const action = readAction(join(ROOT, 'action.yml'));

const run = (
  workspace: string,
  inputs: Record<string, string>,
  env: Record<string, string> = {},
): Promise<ActionRun> =>
  runAction(action, { path: ROOT.replace(/\/$/, ''), inputs, workspace, env });

describe('action.yml', () => {
  const scripts = action.runs.steps.flatMap(({ run: script }) =>
    script === undefined ? [] : [script],
  );

  it('is a composite action whose scripts take nothing from outside but their environment', () => {
    expect(action.runs.using).toBe('composite');
    expect(scripts.length).toBeGreaterThanOrEqual(3);
    for (const script of scripts) expect(script).not.toContain('${{');
  });

  it('passes every input on and describes each', () => {
    const used = JSON.stringify(action.runs.steps);
    for (const [name, { description }] of Object.entries(action.inputs)) {
      expect(used).toContain(`inputs.${name} `);
      expect(description).toMatch(/\w+.*/);
    }
  });
});

describe('the action', () => {
  it('passes a run that meets its thresholds, and outputs where its files are', async () => {
    const workspace = scratch();
    const done = await run(workspace, {
      server: 'embedded',
      flags: '--rooms=2\n\n  --duration=2s  \n--quiet',
      thresholds: 'join_time: p(95)<5000\npacket_loss: rate<50%',
      reports: 'junit=out/junit.xml\ncsv=out/samples.csv',
    });
    expect(done.exit, done.stderr).toBe(0);
    expect(done.outputs).toMatchObject({ verdict: 'passed', 'exit-code': '0' });
    expect(JSON.parse(readFileSync(done.outputs.result ?? '', 'utf8'))).toMatchObject({
      verdict: 'passed',
      joins: { joined: 4 },
    });
    expect(readFileSync(done.outputs.summary ?? '', 'utf8')).toMatch(/^## ✓ swarm: passed/);
    expect(existsSync(join(workspace, done.outputs.record ?? ''))).toBe(true);
    expect(readFileSync(join(workspace, 'out/junit.xml'), 'utf8')).toContain(
      'testcase name="packet_loss: rate&lt;0.5"',
    );
    expect(readFileSync(join(workspace, 'out/samples.csv'), 'utf8')).toMatch(/^scenario,at_s/);
    expect(done.summary).toMatch(/^## ✓ swarm: passed/);
    expect(done.stdout).toMatch(/\n::notice title=✓ swarm/);

    // Two seconds of four participants prove no change; this checks that they were compared.
    const compared = await run(workspace, {
      server: 'embedded',
      flags: '--rooms=2\n--duration=2s\n--quiet',
      baseline: done.outputs.record ?? '',
    });
    expect(compared.exit, compared.stderr).toBe(98);
    expect(compared.outputs).toMatchObject({ verdict: 'inconclusive', 'exit-code': '98' });
    expect(compared.summary).toMatch(/Compared with the baseline/);
  });

  it('fails on a crossed threshold and annotates it for GitHub', async () => {
    const done = await run(scratch(), {
      server: 'embedded',
      flags: '--rooms=2\n--duration=2s',
      thresholds: 'join_time: p(95)<0.001',
    });
    expect(done.exit).toBe(99);
    expect(done.outputs).toMatchObject({ verdict: 'failed', 'exit-code': '99' });
    expect(done.summary).toMatch(
      /^## ✗ swarm: failed \(exit 99\)[\s\S]*\| ✗ \| `join_time` \| `p\(95\)<0.001` \| \*\*[\d.]+ ms\*\*/,
    );
    expect(done.stdout).toMatch(
      /^::error title=✗ join_time%3A p\(95\)<0\.001::p\(95\) was [\d.]+ ms/m,
    );
  });

  it('does not test a server of its own when that was not asked for', async () => {
    const named = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'secret' };
    const missing = await run(scratch(), { flags: '--rooms=1' }, named);
    expect(missing.exit).toBe(2);
    expect(missing.stderr).toMatch(/no server is named, and this is a CI job/);
    const empty = await run(scratch(), { flags: '--rooms=1' }, { ...named, LIVEKIT_URL: '' });
    expect(empty.exit).toBe(2);
    expect(empty.stderr).toMatch(/LIVEKIT_URL/);
    for (const inputs of [
      { server: 'yours' },
      { server: 'embedded', url: 'ws://127.0.0.1:1' },
      { server: DEFAULT_LIVEKIT_VERSION, url: 'ws://127.0.0.1:1' },
    ])
      expect(await run(scratch(), inputs)).toMatchObject({ exit: 2, outputs: { verdict: '' } });
  });

  it('reports wrong inputs, and that nothing was started', async () => {
    const done = await run(scratch(), { flags: '--romms=2' });
    expect(done.exit).toBe(2);
    expect(done.outputs).toEqual({
      verdict: '',
      'exit-code': '2',
      record: '',
      result: '',
      summary: '',
    });
    expect(done.stderr).toMatch(/unknown flag --romms\n/);
  });

  it('takes the keys from inputs or environment, and shows them nowhere', async () => {
    const inputs = {
      url: 'ws://127.0.0.1:1',
      'api-key': 'key',
      'api-secret': 'secret-that-must-not-be-shown',
      flags: '--rooms=1',
    };
    const done = await run(scratch(), inputs);
    expect(done.exit).toBe(3);
    expect(done.outputs).toMatchObject({ verdict: 'failed', 'exit-code': '3', record: '' });
    expect(done.summary).toMatch(/^## ✗ swarm: failed \(exit 3\)/);
    expect(JSON.stringify(done)).not.toContain('secret-that-must-not-be-shown');
    const { 'api-key': _key, 'api-secret': _secret, ...others } = inputs;
    const env = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'secret-that-must-not-be-shown' };
    expect((await run(scratch(), others, env)).exit).toBe(3);
  });

  it('does not execute the content of an input', async () => {
    const workspace = scratch();
    const evil = '$(touch owned) `touch owned`; touch owned # "\' && touch owned';
    for (const name of ['scenario', 'thresholds', 'flags', 'reports', 'scale', 'baseline']) {
      const done = await run(workspace, { [name]: evil });
      expect([name, done.exit]).toEqual([name, 2]);
    }
    expect(existsSync(join(workspace, 'owned'))).toBe(false);
  });
});
