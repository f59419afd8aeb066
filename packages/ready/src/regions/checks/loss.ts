import { formatDuration } from '@livekit-swarm/settings';
import { found, passed, unknown } from '@livekit-swarm/verify';
import type { UserAfterLoss } from '../region-facts.ts';
import { NO_LOSS } from './across.ts';
import type { RegionQuestion } from './question.ts';

const secondsText = (ms: number): string => formatDuration(Math.round(ms / 100) * 100);

const backText = (
  { identity, user, after, backAfterMs, hears }: UserAfterLoss,
  watchedMs: number,
): string =>
  backAfterMs === null
    ? `${identity} of ${user} did not reconnect within ${secondsText(watchedMs)}`
    : `${identity} of ${user}: connected to ${after ?? 'an unknown region'} after ${secondsText(backAfterMs)}${hears ? '' : ', without media'}`;

/** Question of where the users of a lost region reconnect, and after how long. */
export const recoveryQuestion: RegionQuestion = {
  id: 'recovery',
  title: 'Users of the lost region reconnect to another one in time',
  cause:
    'No other region takes the users: the Redis of all nodes was lost with the region, the name or token endpoint still leads there, or clients wait for the lost node',
  fix: 'give each region a Redis of its own, or a Redis that survives the region (Sentinels in three regions); let the token endpoint check its regions; for the steps of a recovery: swarm chaos run chaos/site-loss.yaml',
  answer: ({ loss }, { limits }) => {
    if (loss === null) return NO_LOSS;
    const affected = loss.users.filter(({ isAffected }) => isAffected);
    if (affected.length === 0) return unknown(`no user was connected to ${loss.region}`);
    const moved =
      loss.movedAfterMs === null
        ? 'the token endpoint still leads to the lost region'
        : `new users are sent elsewhere after ${secondsText(loss.movedAfterMs)}`;
    const text = (one: UserAfterLoss): string => backText(one, loss.watchedMs);
    const late = affected.filter(
      ({ backAfterMs, hears }) => backAfterMs === null || backAfterMs > limits.recoveryMs || !hears,
    );
    if (late.length > 0) return found('error', [...late.map(text), moved]);
    const unseen = loss.users.filter(({ before }) => before === null);
    if (unseen.length > 0)
      return unknown(
        `not connected before the loss: ${unseen.map(({ identity, user }) => `${identity} of ${user}`).join(', ')}`,
      );
    return passed(...affected.map(text), moved);
  },
};

/** Question of whether users elsewhere notice the loss. */
export const isolationQuestion: RegionQuestion = {
  id: 'isolation',
  title: 'Users of other regions do not notice the loss',
  cause:
    'Their rooms or signal connections were on nodes of the lost region, or their nodes need something that was lost with it',
  fix: 'keep rooms in the region of their users, and what nodes need in every region',
  answer: ({ loss }) => {
    if (loss === null) return NO_LOSS;
    const others = loss.users.filter(({ before }) => before !== null && before !== loss.region);
    if (others.length === 0) return unknown('no user was connected to another region');
    const hurt = others.filter(({ isAffected, hears }) => isAffected || !hears);
    if (hurt.length > 0)
      return found(
        'error',
        hurt.map(
          (one) =>
            `${one.identity} of ${one.user}, on a node in ${one.before}: ${one.isAffected ? 'lost the connection' : 'no media at the end'}`,
        ),
      );
    return passed(`${others.length} users on nodes elsewhere stayed connected, with media`);
  },
};
