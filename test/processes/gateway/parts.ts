/** The parts of an answer with status 206, one or several, as a caller reads them. */

export interface Part {
  readonly first: number;
  readonly last: number;
  readonly content: Buffer;
}

export function partsOf(headers: Headers, body: Buffer): readonly Part[] {
  const [, boundary] =
    /^multipart\/byteranges; boundary=(.+)$/.exec(headers.get('content-type') ?? '') ?? [];
  if (boundary === undefined) return [partOf(headers.get('content-range') ?? '', body)];
  const parts: Part[] = [];
  const delimiter = `--${boundary}`;
  let at = body.indexOf(delimiter);
  while (body.toString('latin1', at + delimiter.length, at + delimiter.length + 2) !== '--') {
    const next = body.indexOf(`\r\n${delimiter}`, at);
    const headEnd = body.indexOf('\r\n\r\n', at);
    const [, range = ''] = /content-range: (.*)/i.exec(body.toString('latin1', at, headEnd)) ?? [];
    parts.push(partOf(range, body.subarray(headEnd + 4, next)));
    at = next + 2;
  }
  return parts;
}

function partOf(range: string, content: Buffer): Part {
  const [, first, last] = /^bytes (\d+)-(\d+)\/\d+/.exec(range) ?? [];
  return { first: Number(first), last: Number(last), content };
}
