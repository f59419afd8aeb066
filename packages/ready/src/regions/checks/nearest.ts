import { found, passed, unknown } from '@livekit-swarm/verify';
import { msText, nearestRegions, type RegionQuestion, rttBetween, siteOf } from './question.ts';

/** Region to which the token endpoint sends users. */
export const entryQuestion: RegionQuestion = {
  id: 'entry',
  title: 'Users are sent to the nearest region',
  cause:
    'The address that users get (by DNS, or by the token endpoint of the application) is that of another region: each signal message, and the room, go there',
  fix: 'let the name or the token endpoint answer with the nearest region; in the file: leave out entry',
  answer: (facts, plan) => {
    const asked = plan.regions.flatMap(({ name }) => {
      const join = facts.joins.find(
        ({ user, opener, entry }) => user === name && opener === name && entry !== null,
      );
      return join === undefined ? [] : [{ name, entry: join.entry ?? '' }];
    });
    const evidence = asked.map(({ name, entry }) => {
      const nearest = nearestRegions(plan, name);
      const rtt = msText(rttBetween(plan, name, entry));
      return nearest.includes(entry)
        ? `${name}: sent to ${entry} (${rtt})`
        : `${name}: sent to ${entry} (${rtt}), but ${nearest.join(' or ')} is nearest (${msText(rttBetween(plan, name, nearest[0] ?? ''))})`;
    });
    if (asked.some(({ name, entry }) => !nearestRegions(plan, name).includes(entry)))
      return found('error', evidence);
    const missing = plan.regions.filter(({ name }) => !asked.some((one) => one.name === name));
    return missing.length === 0
      ? passed(...evidence)
      : unknown(
          `no user of ${missing.map(({ name }) => name).join(', ')} asked the token endpoint`,
        );
  },
};

/** Region of the node that LiveKit's selector chose for the rooms of each region. */
export const roomQuestion: RegionQuestion = {
  id: 'room',
  title: 'A room opens in the region that is nearest to the user who opens it',
  cause:
    'The node that the user reached chose a node elsewhere: its node selector does not know the regions, a node names the wrong region, or the user was sent to a distant region. All media of the room makes that way',
  fix: 'on every node: region: NAME, and node_selector: { kind: regionaware, regions: [{ name, lat, lon }] } with all regions',
  answer: (facts, plan) => {
    const openers = plan.regions.flatMap(({ name }) =>
      facts.joins.filter(({ user, opener }) => user === name && opener === name),
    );
    const seen = openers.flatMap(({ user, node, room }) => {
      const site = siteOf(facts, node);
      if (site === null) return [];
      const nearest = nearestRegions(plan, user);
      const away = `${msText(rttBetween(plan, user, site))} away`;
      return [
        {
          user,
          isFar: !nearest.includes(site),
          text: nearest.includes(site)
            ? `${user}: on ${node} in ${site} (${away})`
            : `${user}: room ${room} is on ${node} in ${site} (${away}), and not in ${nearest.join(' or ')} (${msText(rttBetween(plan, user, nearest[0] ?? ''))})`,
        },
      ];
    });
    const texts = [...new Set(seen.filter(({ isFar }) => isFar).map(({ text }) => text))];
    if (texts.length > 0) return found('error', texts);
    const missing = plan.regions.filter(({ name }) => !seen.some(({ user }) => user === name));
    return missing.length === 0
      ? passed(...new Set(seen.map(({ text }) => text)))
      : unknown(
          `no room of ${missing.map(({ name }) => name).join(', ')} was opened: ${failureOf(openers)}`,
        );
  },
};

const failureOf = (joins: readonly { failure: string | null }[]): string =>
  joins.find(({ failure }) => failure !== null)?.failure ?? 'the node is not known';
