/**
 * Which page is shown, as the fragment of the address. Names are any text: each is encoded as one
 * part, so that `#`, `?`, `%` and `/` in it come back as they were.
 */
export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'keepers' }
  | { readonly page: 'keeper'; readonly keeper: string; readonly after: string }
  | ({ readonly page: 'files' } & FileQuery)
  | { readonly page: 'file'; readonly name: string }
  | { readonly page: 'unknown' };

export interface FileQuery {
  readonly text: string;
  /** Whether names begin with the text, or have it anywhere. */
  readonly match: 'begins' | 'contains';
  /** Where the page begins; empty for the first one. */
  readonly after: string;
}

export const allFiles: FileQuery = { text: '', match: 'begins', after: '' };

/** Where uploads go while this is looked at: a search for a folder is one in it. */
export const folderOf = ({ text, match }: FileQuery): string =>
  match === 'begins' && text.endsWith('/') ? text : '';

/** The same for whoever may store names alone that begin with `prefix`. */
export const intoFolder = (folder: string, prefix: string): string =>
  folder.startsWith(prefix) ? folder : prefix;

export function toHash(route: Route): string {
  switch (route.page) {
    case 'keepers':
      return '#/keepers';
    case 'keeper':
      return `#/keepers/${encodeURIComponent(route.keeper)}${queryOf({ after: route.after })}`;
    case 'files': {
      const match = route.match === 'contains' ? 'contains' : '';
      return `#/files${queryOf({ text: route.text, match, after: route.after })}`;
    }
    case 'file':
      return `#/file/${encodeURIComponent(route.name)}`;
    default:
      return '#/';
  }
}

export function parseHash(hash: string): Route {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const [page = '', part, ...rest] = path.split('/');
  const asked = new URLSearchParams(query);
  const text = part === undefined || rest.length > 0 ? undefined : decoded(part);
  if (part === undefined) return topPage(page, asked);
  if (text === undefined || text === '') return { page: 'unknown' };
  if (page === 'keepers') return { page: 'keeper', keeper: text, after: asked.get('after') ?? '' };
  return page === 'file' ? { page: 'file', name: text } : { page: 'unknown' };
}

function topPage(page: string, asked: URLSearchParams): Route {
  if (page === '') return { page: 'overview' };
  if (page === 'keepers') return { page: 'keepers' };
  if (page !== 'files') return { page: 'unknown' };
  return {
    page: 'files',
    text: asked.get('text') ?? '',
    match: asked.get('match') === 'contains' ? 'contains' : 'begins',
    after: asked.get('after') ?? '',
  };
}

/** Where the bytes of a film are. */
export const filmPath = (name: string): string =>
  `/files/${name.split('/').map(encodeURIComponent).join('/')}`;

function queryOf(values: Readonly<Record<string, string>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
