/**
 * What is still coming of a request that has been answered.
 *
 * Whoever sends a film and is refused reads the answer only if the connection stays until then; so
 * what he sends is dropped for a while, and then the connection.
 */
import type { App } from './routes.js';
import type { GatewayWorld } from './world.js';

export function dropUnreadBodies(app: App, { config }: GatewayWorld): void {
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) {
      const cut = setTimeout(() => raw.socket.destroy(), config.http.unreadBodyMs);
      raw.once('close', () => clearTimeout(cut));
      raw.resume();
    }
    done();
  });
}
