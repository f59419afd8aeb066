import type { ListenerFact } from '../../src/listener/fact.ts';
import { listen } from '../../src/listener/listen.ts';
import type { ListenerRequest } from '../../src/listener/listener-request.ts';
import { ScriptedClock } from './scripted-clock.ts';
import { type Script, scriptedOrigin } from './scripted-origin.ts';

/** Time of the first request, s after the start of the origin: no boundary of a segment. */
export const JOINS_AFTER = 30.3;

/** Facts of a listener, whose times are s after the start of the origin. */
export interface Heard {
  facts: readonly ListenerFact[];
  /** Facts of one type. */
  all: <Type extends ListenerFact['type']>(type: Type) => Extract<ListenerFact, { type: Type }>[];
}

/** Lets a listener follow a scripted origin. */
export const hear = async (
  script: Script,
  seconds: number,
  request: Partial<ListenerRequest> & { path?: string } = {},
): Promise<Heard> => {
  const clock = new ScriptedClock(0);
  const fetcher = scriptedOrigin(clock, script);
  await clock.run(JOINS_AFTER * 1_000);
  const facts: ListenerFact[] = [];
  const over = new AbortController();
  const listening = listen({
    url: new URL(request.path ?? '/live.m3u8', 'http://origin.test'),
    mostBitsPerSecond: null,
    fetcher,
    mayLoad: ({ host }) => host === 'origin.test',
    clock,
    signal: over.signal,
    note: (fact) => void facts.push(fact),
    ...request,
  });
  await clock.run(seconds * 1_000);
  over.abort();
  await clock.run(0);
  await listening;
  return {
    facts,
    all: <Type extends ListenerFact['type']>(type: Type) =>
      facts.filter((fact): fact is Extract<ListenerFact, { type: Type }> => fact.type === type),
  };
};
