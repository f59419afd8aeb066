/** What workers may inherit. Anything else may be a secret, whatever it is called: workers get their settings over IPC. */
const INHERITED =
  /^(PATH|HOME|USER|TMPDIR|TZ|LANG|LC_\w+|NODE_\w+|UV_\w+|SSL_CERT_\w+|RUST_\w+|MIMALLOC_\w+|LD_\w+|(HTTPS?|NO|ALL)_PROXY|SWARM_\w+)$/i;
const SECRET = /SECRET|API_KEY|TOKEN|PASSWORD/i;

/** The environment of a worker process. */
export const workerEnvironment = (from: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(from).filter(([name]) => INHERITED.test(name) && !SECRET.test(name)),
  );
