/**
 * What clients may ask, by the policy of the cluster: each method says what it takes.
 *
 * Judged before anything is looked up, so that a refusal does not tell whether a name is taken.
 */
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import { normalizedName } from '../../domain/names.js';
import { grantedWithin, isGranted, type Policy, type Right } from '../../domain/policy.js';
import type { Principal } from '../../domain/principal.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import type { ListRequest, ListResponse } from '../../rpc/generated/reelkeep/v1/client.js';
import { rpcLimits } from '../../rpc/limits.js';
import { pageFilesMax } from './file-handlers.js';

/** @param policy asked anew at each call */
export function withRights(handlers: ClientHandlers, policy: () => Policy): ClientHandlers {
  const need = (who: Principal | undefined, right: Right, text: string): void => {
    // Before it is compared, told and written down.
    const name = normalizedName(text);
    if (name === undefined) throw new ReelkeepError('refused-input', 'no name is so long');
    if (who !== undefined && isGranted(policy(), who, right, name)) return;
    throw mayNot(who, right, name);
  };
  const all = (who: Principal | undefined, rights: readonly Right[], name: string): void => {
    for (const right of rights) need(who, right, name);
  };

  return {
    async beginUpload(request, who) {
      all(who, request.replace ? ['write', 'delete'] : ['write'], request.name);
      return handlers.beginUpload(request, who);
    },

    // Whoever began an upload is the one who knows its id, which nobody can guess.
    awaitUpload: handlers.awaitUpload,
    abandonUpload: handlers.abandonUpload,

    async locate(request, who) {
      need(who, 'read', request.name);
      return handlers.locate(request, who);
    },

    async stat(request, who) {
      need(who, 'read', request.name);
      return handlers.stat(request, who);
    },

    async statMany({ names }, who) {
      if (names.length > rpcLimits.statNamesMax)
        throw new ReelkeepError('usage', `ask for at most ${rpcLimits.statNamesMax} files at once`);
      const refusals = names.map((name) => refusalOf(() => need(who, 'read', name)));
      const asked = names.filter((_, at) => refusals[at] === undefined);
      const { outcomes } = await handlers.statMany({ names: asked }, who);
      const answers = outcomes.values();
      return {
        outcomes: refusals.flatMap((refusal) => {
          if (refusal !== undefined) return [{ file: undefined, ...toPlainError(refusal) }];
          const { value } = answers.next();
          return value === undefined ? [] : [value];
        }),
      };
    },

    async list(request, who) {
      const prefix = normalizedName(request.prefix);
      if (prefix === undefined) return { files: [], more: false };
      const parts = who === undefined ? [] : grantedWithin(policy(), who, 'list', prefix);
      if (parts.length === 0) throw mayNot(who, 'list', prefix);
      return listParts(parts, request, (part) => handlers.list(part, who));
    },

    // Only names that may be listed; a page goes by what was looked at.
    async listKeeperFiles(request, who) {
      const parts = who === undefined ? [] : grantedWithin(policy(), who, 'list', '');
      if (parts.length === 0) throw mayNot(who, 'list', '');
      const page = await handlers.listKeeperFiles(request, who);
      const mayList = ({ name }: { readonly name: string }): boolean =>
        who !== undefined && isGranted(policy(), who, 'list', name);
      return { ...page, files: page.files.filter(mayList) };
    },

    async remove(request, who) {
      need(who, 'delete', request.name);
      return handlers.remove(request, who);
    },

    // Under its new name it could be read by those who may not read it under the old one.
    async rename(request, who) {
      all(who, ['read', 'delete'], request.name);
      need(who, 'write', request.newName);
      return handlers.rename(request, who);
    },

    listKeepers: handlers.listKeepers,
    retireKeeper: handlers.retireKeeper,
    status: handlers.status,

    async *verify(request, signal, who) {
      need(who, 'read', request.name);
      yield* handlers.verify(request, signal, who);
    },

    async *fsck(request, signal, who) {
      const parts = who === undefined ? [] : grantedWithin(policy(), who, 'list', '');
      if (parts.length === 0) throw mayNot(who, 'list', '');
      for await (const finding of handlers.fsck(request, signal, who))
        if (who !== undefined && isGranted(policy(), who, 'list', finding.name)) yield finding;
    },

    // All that comes of it is that a keeper reads its own replica.
    reportBadReplica: handlers.reportBadReplica,
  };
}

/** One page out of several parts, in order. */
async function listParts(
  parts: readonly string[],
  { after, limit: asked }: ListRequest,
  list: (request: ListRequest) => Promise<ListResponse>,
): Promise<ListResponse> {
  const limit = asked === 0 ? pageFilesMax : Math.min(asked, pageFilesMax);
  const files: ListResponse['files'][number][] = [];
  for (const [at, prefix] of parts.entries()) {
    const page = await list({ prefix, after, limit: limit - files.length });
    files.push(...page.files);
    const isFull = files.length >= limit && at < parts.length - 1;
    if (page.more || isFull) return { files, more: true };
  }
  return { files, more: false };
}

function refusalOf(work: () => void): ReelkeepError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ReelkeepError) return error;
    throw error;
  }
}

const doing: Readonly<Record<Right, string>> = {
  read: 'read',
  list: 'list what begins with',
  write: 'write',
  delete: 'remove or replace',
};

const mayNot = (who: Principal | undefined, right: Right, name: string): ReelkeepError =>
  new ReelkeepError(
    'not-allowed',
    `${who?.role ?? 'nobody'} ${who?.name ?? ''} may not ${doing[right]} ${JSON.stringify(name)}`,
  );
