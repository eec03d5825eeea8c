/**
 * Writes down who asked for what, and whether it was allowed: what changes or gives away a file
 * each time, the rest when it is refused.
 */
import { ReelkeepError } from '../../domain/errors.js';
import type { Principal } from '../../domain/principal.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import type { StreamHandler, UnaryHandler } from '../../rpc/handlers.js';
import type { AuditEntry } from '../../storage/audit-log.js';

type Note = (entry: AuditEntry) => void;
type About = NonNullable<AuditEntry['about']>;

export function withAudit(handlers: ClientHandlers, note: Note): ClientHandlers {
  const always = <Request, Response>(
    what: string,
    handler: UnaryHandler<Request, Response>,
    about: (request: Request) => About,
  ) => unary(what, handler, about, note, 'each time');
  const refused = <Request, Response>(
    what: string,
    handler: UnaryHandler<Request, Response>,
    about: (request: Request) => About = nothing,
  ) => unary(what, handler, about, note, 'when refused');

  return {
    beginUpload: always('BeginUpload', handlers.beginUpload, ({ name, uploadId, replace }) => ({
      name,
      uploadId,
      ...(replace && { replace: 'yes' }),
    })),
    awaitUpload: stream(
      'AwaitUpload',
      handlers.awaitUpload,
      ({ uploadId }) => ({ uploadId }),
      note,
    ),
    abandonUpload: refused('AbandonUpload', handlers.abandonUpload),
    locate: always('Locate', handlers.locate, ({ name }) => ({ name })),
    stat: refused('Stat', handlers.stat, ({ name }) => ({ name })),
    async statMany(request, who) {
      const response = await handlers.statMany(request, who);
      for (const [at, { code, detail }] of response.outcomes.entries())
        if (code === 'not-allowed')
          note({
            who: whoIn(who),
            what: 'StatMany',
            about: { name: request.names[at] ?? '' },
            outcome: 'refused',
            why: detail,
          });
      return response;
    },
    list: refused('List', handlers.list, ({ prefix }) => ({ prefix })),
    remove: always('Remove', handlers.remove, ({ name }) => ({ name })),
    rename: always('Rename', handlers.rename, ({ name, newName }) => ({ name, newName })),
    listKeepers: refused('ListKeepers', handlers.listKeepers),
    listKeeperFiles: refused(
      'ListKeeperFiles',
      handlers.listKeeperFiles,
      ({ keeperId: keeper }) => ({
        keeper,
      }),
    ),
    retireKeeper: always('RetireKeeper', handlers.retireKeeper, ({ keeperId: keeper }) => ({
      keeper,
    })),
    status: refused('Status', handlers.status),
    verify: stream('Verify', handlers.verify, ({ name }) => ({ name }), note),
    fsck: stream('Fsck', handlers.fsck, nothing, note),
    reportBadReplica: refused('ReportBadReplica', handlers.reportBadReplica),
  };
}

function unary<Request, Response>(
  what: string,
  handler: UnaryHandler<Request, Response>,
  about: (request: Request) => About,
  note: Note,
  when: 'each time' | 'when refused',
): UnaryHandler<Request, Response> {
  return async (request, who) => {
    try {
      const response = await handler(request, who);
      if (when === 'each time') note(entry(what, who, about(request)));
      return response;
    } catch (error) {
      if (isRefusal(error) || when === 'each time') note(entry(what, who, about(request), error));
      throw error;
    }
  };
}

function stream<Request, Response>(
  what: string,
  handler: StreamHandler<Request, Response>,
  about: (request: Request) => About,
  note: Note,
): StreamHandler<Request, Response> {
  return async function* (request, signal, who) {
    try {
      yield* handler(request, signal, who);
    } catch (error) {
      if (isRefusal(error)) note(entry(what, who, about(request), error));
      throw error;
    }
  };
}

/** What failed for another reason than that it was not allowed was allowed. */
function entry(
  what: string,
  who: Principal | undefined,
  about: About,
  error: unknown = undefined,
): AuditEntry {
  return {
    who: whoIn(who),
    what,
    ...(Object.keys(about).length > 0 && { about }),
    outcome: isRefusal(error) ? 'refused' : 'allowed',
    ...(error !== undefined && { why: error instanceof Error ? error.message : String(error) }),
  };
}

const whoIn = (who: Principal | undefined) => who && { role: who.role, name: who.name };

const isRefusal = (error: unknown): boolean =>
  error instanceof ReelkeepError && error.code === 'not-allowed';

const nothing = (): About => ({});
