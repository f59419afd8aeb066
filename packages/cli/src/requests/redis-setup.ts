import { isRedisUser, MAX_REDIS_DATABASE, REDIS_WORDS, type RedisSetup } from '@livekit-swarm/lab';
import { quote, suggest, usageError } from '@livekit-swarm/settings';

const HINT = 'write --redis sentinel,tls,username=livekit,database=3, or some of these';

/**
 * Reads the form of a lab's Redis: `sentinel,tls,username=livekit,database=3`.
 * @throws SwarmError `usage`
 */
export const readRedisSetup = (text: string): Partial<RedisSetup> => {
  const setup: Partial<RedisSetup> = {};
  for (const item of text.split(',').map((part) => part.trim())) {
    const [key = '', value, ...rest] = item.split('=');
    const known = REDIS_WORDS.find((one) => one === key);
    if (known !== undefined && value === undefined) setup[known] = true;
    else if (key === 'username' && value !== undefined && rest.length === 0 && isRedisUser(value))
      setup.username = value;
    else if (key === 'database' && value !== undefined && isDatabase(value))
      setup.database = Number(value);
    else throw usageError(`--redis ${text}: ${problemOf(item, key)}`, HINT);
  }
  return setup;
};

const isDatabase = (value: string): boolean =>
  /^\d{1,2}$/.test(value) && Number(value) <= MAX_REDIS_DATABASE;

const problemOf = (item: string, key: string): string => {
  if (key === 'username')
    return 'a username is a letter, then letters, digits, _ and -, and not "default"';
  if (key === 'database') return `a database is a number from 0 to ${MAX_REDIS_DATABASE}`;
  if (REDIS_WORDS.some((word) => word === key)) return `${key} takes no value`;
  const known = [...REDIS_WORDS, 'username', 'database'];
  return `there is no ${quote(item)}: ${suggest(key, known, 'available:')}`;
};
