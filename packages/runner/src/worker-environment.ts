/** What workers may inherit. Anything else may be a secret, whatever it is called: workers get their settings over IPC. */
const INHERITED =
  /^(PATH|HOME|USER|TMPDIR|TZ|LANG|LC_\w+|NODE_\w+|UV_\w+|SSL_CERT_\w+|RUST_\w+|MIMALLOC_\w+|LD_\w+|(HTTPS?|NO|ALL)_PROXY|SWARM_\w+)$/i;
/** The address of the queue holds a password. */
const SECRET = /SECRET|API_KEY|TOKEN|PASSWORD|QUEUE/i;

/** The environment of a worker process. */
export const workerEnvironment = (from: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(from).filter(([name]) => INHERITED.test(name) && !SECRET.test(name)),
  );
