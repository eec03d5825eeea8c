/**
 * Whether a browser sends a request for a page of another site.
 *
 * Browsers say so in `Sec-Fetch-Site` (Fetch Metadata), older ones in `Origin` alone (RFC 6454).
 * What is no browser sends neither, and cannot be led by a page.
 */
interface FetchHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | readonly string[] | undefined;
}

const ownSites: ReadonlySet<unknown> = new Set(['same-origin', 'none']);

export function isCrossSite({ host, origin, 'sec-fetch-site': site }: FetchHeaders): boolean {
  if (site !== undefined) return !ownSites.has(site);
  if (origin === undefined) return false;
  const [, authority] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
  return authority === undefined || authority.toLowerCase() !== host?.toLowerCase();
}
