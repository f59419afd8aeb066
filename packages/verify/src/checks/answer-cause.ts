import { type Answer, browsersAt } from '@livekit-swarm/livekit';

/**
 * Cause by the author of an answer, and its effect on browsers.
 * @returns undefined where the general cause fits: for an answer of livekit-server itself, and for
 * no answer
 */
export const causeOf = (answer: Answer | undefined): string | undefined => {
  if (answer === undefined) return undefined;
  const browsers = browsersAt(answer);
  return browsers === null ? undefined : `${authorText(answer)}; ${browsers}`;
};

const authorText = ({ kind, who }: Answer): string => {
  if (kind === 'authorization_removed')
    return 'A proxy removes or replaces the header Authorization, in which native SDKs send the token; browsers send it in the query';
  if (kind === 'wrong_path' && who === 'livekit')
    return 'livekit-server was asked for another path than clients use: a proxy changes it, or the URL is not that of the deployment';
  switch (who) {
    case 'web_server':
      return 'A web server answered in the place of livekit-server: its host name, port or path leads elsewhere';
    case 'unknown':
      return 'A program that is not livekit-server answered: host name, port or path may lead elsewhere';
    default:
      return 'A proxy in front of livekit-server answered: the request did not reach livekit-server';
  }
};
