/** Names of files in the path of a URL: encoded in percent, with their slashes as they are. */

/**
 * @param url of a request, from its path on
 * @param prefix of the path, with a slash at its end
 * @returns undefined when it is no encoded name
 */
export function nameInPath(url: string, prefix: string): string | undefined {
  const [path = ''] = url.split(/[?#]/, 1);
  if (!path.startsWith(prefix) || path.length === prefix.length) return undefined;
  try {
    return decodeURIComponent(path.slice(prefix.length));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

export const pathOfName = (name: string, prefix: string): string =>
  prefix + name.split('/').map(encodeURIComponent).join('/');
