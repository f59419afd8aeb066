/**
 * Environment variables that workers inherit. Any other may be a secret, whatever its name; workers
 * get their settings by IPC.
 */
const INHERITED =
  /^(PATH|HOME|USER|TMPDIR|XDG_CACHE_HOME|TZ|LANG|LC_\w+|NODE_\w+|UV_\w+|SSL_CERT_\w+|RUST_\w+|MIMALLOC_\w+|LD_\w+|(HTTPS?|NO|ALL)_PROXY|SWARM_\w+)$/i;
/** Variables that are never inherited; the address of the queue contains a password. */
const SECRET = /SECRET|API_KEY|TOKEN|PASSWORD|QUEUE/i;

/** Environment of a worker process. */
export const workerEnvironment = (from: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(from).filter(([name]) => INHERITED.test(name) && !SECRET.test(name)),
  );
