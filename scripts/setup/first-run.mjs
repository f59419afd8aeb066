/** A load that two cores carry beside their server and other programs. */
const LOAD = ['--rooms', '5', '--duration', '10s'];

/** Exit codes of a run with a result: passed, inconclusive, thresholds crossed. */
const WITH_RESULT = [0, 98, 99];

/**
 * Arguments of `npm start` without any: a load on the deployment of the environment, else on a
 * server on this host.
 * @param {NodeJS.ProcessEnv} env
 */
export const firstRun = (env) => (env.LIVEKIT_URL ? LOAD : [...LOAD, '--embedded']);

/**
 * Text of the next steps after a first run; empty after one without a result.
 * @param {number} code exit code of the run
 */
export const nextSteps = (code) =>
  WITH_RESULT.includes(code)
    ? `
Next:
  your own deployment  LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… npx swarm --url wss://livekit.staging.example.com --rooms 5
  watch a run live     npx swarm --rooms 5 --duration 5m --ui
  a scenario           npx swarm run scenarios/voice-ai.yaml --scale small
  rehearse a failure   npm run drill
  documentation        docs/get-started.md
`
    : '';

/**
 * Returns true for a run that starts the default livekit-server on this host: one without a URL,
 * typed or in the environment. Other commands provide what they need themselves.
 * @param {readonly string[]} args of `swarm`
 * @param {NodeJS.ProcessEnv} env
 */
export const needsServer = (args, env) => {
  const [command = ''] = args;
  if (command !== 'run' && !command.startsWith('--')) return false;
  /** @param {string} flag */
  const has = (flag) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (has('--help') || has('--version') || has('--server')) return false;
  if (has('--url')) return false;
  return has('--embedded') || !env.LIVEKIT_URL;
};
