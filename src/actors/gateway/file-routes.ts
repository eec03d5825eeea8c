/** Files over HTTP: read in whole or in parts, put, and removed. */
import { fileBytesMax } from '../../domain/chunk-plan.js';
import { HttpRefusal } from './error-answers.js';
import { answerFile, describeFile } from './file-answers.js';
import { putFile, removeFile } from './file-changes.js';
import { filesPrefix } from './files-prefix.js';
import type { Routes } from './routes.js';

const allowed = 'GET, HEAD, PUT, DELETE';
const otherMethods = ['POST', 'PATCH', 'OPTIONS'];
const url = `${filesPrefix}*`;

export const fileRoutes: Routes = (app, world) => {
  app.removeAllContentTypeParsers();
  // Read as it comes, whatever it says that it is.
  app.addContentTypeParser('*', (_request, body, done) => done(null, body));
  app.route({
    method: 'GET',
    url,
    exposeHeadRoute: false,
    config: { access: 'read' },
    handler: (request, reply) => answerFile(request, reply, world),
  });
  app.route({
    method: 'HEAD',
    url,
    config: { access: 'read' },
    handler: (request, reply) => describeFile(request, reply, world),
  });
  app.route({
    method: 'PUT',
    url,
    bodyLimit: fileBytesMax,
    config: { access: 'write', continues: 'itself' },
    handler: (request, reply) => putFile(request, reply, world),
  });
  app.route({
    method: 'DELETE',
    url,
    config: { access: 'delete' },
    handler: (request, reply) => removeFile(request, reply, world),
  });
  app.route({
    method: otherMethods,
    url,
    config: { access: 'session', continues: 'itself' },
    handler: ({ method }) => {
      throw new HttpRefusal(405, 'usage', `a file takes no ${method}`, { Allow: allowed });
    },
  });
};
