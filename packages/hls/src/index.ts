export type { Answer, ByteRange, Fetcher } from './http/fetcher.ts';
export type { MayLoad } from './http/load.ts';
export { openFetcher } from './http/undici-fetcher.ts';
export type {
  ListenerEnd,
  ListenerFact,
  LiveAge,
  NoteFact,
  SkipReason,
} from './listener/fact.ts';
export { listen } from './listener/listen.ts';
export type { ListenerRequest } from './listener/listener-request.ts';
export type { HlsProblem, ProblemCode } from './problem.ts';
