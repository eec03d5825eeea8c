/** Whoever looks at its files all the time until the test is over, and what it tells, one thing after the other. */
import { onTestFinished } from 'vitest';
import type { ReelkeepError } from '../../src/domain/errors.js';

export type News = string | ReelkeepError;

interface Following {
  readonly reloadEveryMs: number;
  onNews(news: News): void;
}

export async function follow<Opened extends { close(): void }>(
  open: (following: Following) => Promise<Opened>,
): Promise<{ readonly opened: Opened; next(): Promise<News> }> {
  const told: News[] = [];
  let wake = (): void => undefined;
  const opened = await open({
    reloadEveryMs: 5,
    onNews: (news) => {
      told.push(news);
      wake();
    },
  });
  onTestFinished(() => opened.close());
  const next = async (): Promise<News> => {
    for (;;) {
      const news = told.shift();
      if (news !== undefined) return news;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { opened, next };
}
