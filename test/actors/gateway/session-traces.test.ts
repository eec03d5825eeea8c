import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { enterScript } from '../../../src/actors/gateway/enter-page.js';
import { claims, post, startGuarded, withCookie } from './a-session.js';

describe('the log', () => {
  it('has who was refused what, and who changed what, and no secret', async () => {
    const { origin, keys, lines } = await startGuarded();
    const mine = withCookie(`__Host-reelkeep=${keys.sign('session', claims)}`);

    await fetch(`${origin}/read?name=shots/%1b%5b2Ja.mp4&key=rk1`, mine);
    await fetch(`${origin}/change`, { ...mine, method: 'POST' });
    await fetch(`${origin}/any`, withCookie('__Host-reelkeep=rk1.wrong'));
    await post(`${origin}/session`, { key: keys.sign('link', claims) });

    const told = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(told).toEqual([
      expect.objectContaining({
        msg: 'refused over HTTP',
        who: 'ann',
        right: 'read',
        name: 'shots/\u001b[2Ja.mp4',
        route: '/read',
        why: 'the link of ann is for names that begin with "films/"',
      }),
      expect.objectContaining({
        msg: 'refused over HTTP',
        who: 'ann',
        why: 'the link of ann does not allow to write',
      }),
      expect.objectContaining({ msg: 'asked over HTTP', who: 'ann', status: 403 }),
      expect.objectContaining({ msg: 'refused over HTTP', who: 'nobody' }),
      expect.objectContaining({ msg: 'asked over HTTP', route: '/session', status: 200 }),
    ]);
    expect(lines.join('')).not.toMatch(/rk1|Bearer|__Host/);
    expect(lines.join('')).not.toContain('\u001b');
  });
});

describe('the page that a link opens', () => {
  it('gives the key for a session, and keeps it out of the address', async () => {
    const done: unknown[] = [];
    const page = aPage('#rk1.key', done, { ok: true, body: {} });

    await runInContext(enterScript, page);
    await settled();

    expect(done).toEqual([
      ['address', '/enter'],
      ['POST', '/session', { key: 'rk1.key' }],
      ['go', '/'],
    ]);
  });

  it('says why a link opens nothing', async () => {
    const done: unknown[] = [];
    const body = { error: { message: 'its time is over' } };
    const page = aPage('#rk1.key', done, { ok: false, body });

    await runInContext(enterScript, page);
    await settled();

    expect(done.at(-1)).toEqual(['tell', 'its time is over']);
  });
});

function aPage(hash: string, done: unknown[], answer: { ok: boolean; body: unknown }) {
  const element = {
    set textContent(text: string) {
      done.push(['tell', text]);
    },
  };
  return createContext({
    location: { hash, pathname: '/enter', replace: (to: string) => done.push(['go', to]) },
    history: { replaceState: (_: unknown, __: unknown, to: string) => done.push(['address', to]) },
    document: { getElementById: () => element },
    fetch: async (path: string, { method, body }: { method: string; body: string }) => {
      done.push([method, path, JSON.parse(body)]);
      return { ok: answer.ok, json: async () => answer.body };
    },
  });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
