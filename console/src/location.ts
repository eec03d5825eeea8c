/** The address bar as a store of routes. */
import { parseHash, type Route, toHash } from './route.js';
import { createStore, useStore } from './store.js';

const current = createStore<Route>(parseHash(location.hash));

addEventListener('hashchange', () => current.set(parseHash(location.hash)));

export const useRoute = (): Route => useStore(current);

export function goTo(route: Route): void {
  location.hash = toHash(route);
}

/** Without a step in the history, as while somebody types. */
export function replaceRoute(route: Route): void {
  history.replaceState(null, '', toHash(route));
  current.set(route);
}
