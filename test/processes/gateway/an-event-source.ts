/** Server-sent events, as a browser reads them. */
import { onTestFinished } from 'vitest';

export interface Line {
  /** The next one of this kind that is as it should be, those that have come included. */
  until<Value>(kind: string, isMeant: (value: Value) => boolean): Promise<Value>;
  /** The other side has ended it. */
  readonly ended: Promise<void>;
}

interface Told {
  readonly kind: string;
  readonly value: unknown;
}

export async function listen(origin: string): Promise<Line> {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const answer = await fetch(`${origin}/api/events`, { signal: over.signal });
  const told: Told[] = [];
  let wake: () => void = () => undefined;
  const ended = read(answer, (one) => {
    told.push(one);
    wake();
  });
  // Told to whoever waits for it.
  ended.catch(() => undefined);
  let next = 0;
  return {
    ended,
    async until(kind, isMeant) {
      for (;;) {
        for (; next < told.length; next += 1) {
          const one = told[next];
          if (one?.kind === kind && isMeant(one.value as never)) return one.value as never;
        }
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          ended.then(() => Promise.reject(new Error(`the line ended before "${kind}" came`))),
        ]);
      }
    },
  };
}

async function read(answer: Response, tell: (told: Told) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of answer.body ?? []) {
    const frames = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const [, kind] = /^event: (.*)$/m.exec(frame) ?? [];
      const [, data] = /^data: (.*)$/m.exec(frame) ?? [];
      if (kind !== undefined && data !== undefined) tell({ kind, value: JSON.parse(data) });
    }
  }
}
