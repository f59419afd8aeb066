import { spawn } from 'node:child_process';

export interface ScriptRun {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Run a script as `shell: bash` does, without the developer's CI or deployment variables. */
export const runScript = (
  script: string,
  cwd: string,
  env: Record<string, string>,
): Promise<ScriptRun> =>
  new Promise((resolvePromise, reject) => {
    const outside = Object.entries(process.env).filter(
      ([name]) =>
        !/^(CI$|LIVEKIT_|SWARM_(?!LIVEKIT_SERVER)|GITHUB_|RUNNER_|CI_|GITLAB_|NO_COLOR|FORCE_COLOR|VITEST|NODE_ENV)/.test(
          name,
        ),
    );
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd,
      env: { ...Object.fromEntries(outside), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const run: ScriptRun = { exit: 0, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      run.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      run.stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolvePromise({ ...run, exit: code ?? -1 }));
  });
