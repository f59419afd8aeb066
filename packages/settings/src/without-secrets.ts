/** A URL for reports: without user, password, query (`access_token`) and fragment. Text that cannot be parsed as a URL is not repeated. */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
};
