/** The cluster as a whole: asked for once, or watched. */
import { ReelkeepError } from '../../domain/errors.js';
import { apiLimits } from './api-limits.js';
import { ClusterWatch } from './cluster-watch.js';
import { openEventStream } from './event-stream.js';
import type { Routes } from './routes.js';

/** No name of a file is told. */
const watching = { config: { access: 'session' } } as const;

export const watchRoutes: Routes = (app, { cluster, stopping }) => {
  const watch = new ClusterWatch({ cluster, stopping });

  app.get('/api/overview', watching, (_request, reply) => {
    reply.header('Cache-Control', 'no-store');
    return watch.overview();
  });

  app.get('/api/keepers', watching, (_request, reply) => {
    reply.header('Cache-Control', 'no-store');
    return watch.keepers();
  });

  app.get('/api/events', { ...watching, exposeHeadRoute: false }, (_request, reply) => {
    if (watch.viewers >= apiLimits.viewersMax)
      throw new ReelkeepError('unavailable', `${apiLimits.viewersMax} pages listen already`);
    return reply
      .header('Content-Type', 'text/event-stream; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .header('X-Accel-Buffering', 'no')
      .send(openEventStream(watch, stopping));
  });
};
