/**
 * Errors and exit codes without the readers of files: a command that reads no file starts without
 * Zod and YAML.
 */
export { EXIT_CODES, type ExitCode, type ExitName } from './exit-codes.ts';
export { nearest, suggest } from './schema/nearest.ts';
export {
  type ErrorCode,
  errorCodeOf,
  explain,
  hasErrorCode,
  interruptedError,
  isUsageError,
  PROXY_ANSWERS,
  type ProxyAnswer,
  readVariable,
  SwarmError,
  swarmErrorOf,
  usageError,
} from './swarm-error.ts';
export { capital, codeOf, messageOf, shellLine, urlHost } from './text.ts';
