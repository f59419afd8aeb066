/** A URL fit for a report: user, password, query (`access_token`) and fragment are left out. What is no URL is not repeated. */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
};
