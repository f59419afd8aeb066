import type { ServerLog, ServerSummary } from './server-summary.ts';

/** Message that a node logged. */
export type LoggedMessage = ServerLog['groups'][number] & Pick<ServerLog, 'node'>;

/** Messages of all nodes: errors first, then the most frequent. */
export const loggedMessages = ({ logs }: Pick<ServerSummary, 'logs'>): LoggedMessage[] =>
  logs
    .flatMap(({ node, groups }) => groups.map((group) => ({ node, ...group })))
    .sort((a, b) => Number(b.level === 'error') - Number(a.level === 'error') || b.count - a.count);
