/** Files over HTTP: read in whole or in parts, put, and removed. */
import { HttpRefusal } from './error-answers.js';
import { answerFile, describeFile } from './file-answers.js';
import { filesPrefix } from './files-prefix.js';
import type { Routes } from './routes.js';

const allowed = 'GET, HEAD';
const otherMethods = ['POST', 'PATCH', 'OPTIONS', 'PUT', 'DELETE'];

export const fileRoutes: Routes = (app, world) => {
  app.route({
    method: 'GET',
    url: `${filesPrefix}*`,
    exposeHeadRoute: false,
    config: { access: 'read' },
    handler: (request, reply) => answerFile(request, reply, world),
  });
  app.route({
    method: 'HEAD',
    url: `${filesPrefix}*`,
    config: { access: 'read' },
    handler: (request, reply) => describeFile(request, reply, world),
  });
  app.route({
    method: otherMethods,
    url: `${filesPrefix}*`,
    config: { access: 'session' },
    handler: ({ method }) => {
      throw new HttpRefusal(405, 'usage', `a file takes no ${method}`, { Allow: allowed });
    },
  });
};
