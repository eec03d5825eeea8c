import type { Verification } from '../../actors/client/cluster.js';
import { timeText } from '../../actors/client/file-json.js';
import { exitCodeOf } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import { plainText } from '../plain-text.js';
import type { Session } from './session.js';

type CheckedReplica = Extract<Verification, { type: 'replica' }>;

/** Bytes found wrong weigh more than a replica that could not be read. */
export async function verifyFile(
  session: Session,
  name: string,
  local: string | undefined,
): Promise<number> {
  const cluster = await session.cluster();
  const replicas: CheckedReplica[] = [];
  let file: FileView | undefined;
  for await (const told of cluster.verify(name)) {
    if (told.type === 'file') file = told.file;
    else {
      replicas.push(told);
      await showReplica(session, told);
    }
  }
  file ??= await cluster.stat(name);
  const localMatches = local === undefined || (await compareLocal(session, file, local));
  return exitOf(replicas, file, localMatches);
}

function exitOf(
  replicas: readonly CheckedReplica[],
  file: FileView,
  localMatches: boolean,
): number {
  const isWrong = file.replicas.some((replica) => replica.state === 'quarantined');
  if (isWrong || !localMatches) return exitCodeOf('integrity');
  const isWhole = replicas.length > 0 && replicas.every((replica) => replica.sound);
  return isWhole ? 0 : exitCodeOf('unavailable');
}

async function showReplica(session: Session, replica: CheckedReplica): Promise<void> {
  const { keeper, address, sound, reason, verifiedAt } = replica;
  if (session.json) {
    const verdict = sound ? { verifiedAt: timeText(verifiedAt) } : { reason };
    await session.out.json({ keeper, address, sound, ...verdict });
    return;
  }
  const { green, red } = session.paint;
  const verdict = sound ? green('sound') : red(plainText(reason) || 'not sound');
  await session.out.line(`${keeper}  ${address}  ${verdict}`);
}

async function compareLocal(session: Session, file: FileView, path: string): Promise<boolean> {
  const { digest, size } = await (await session.cluster()).digest(path);
  const sound = digest === file.digest && size === file.size;
  if (session.json) await session.out.json({ local: path, sound, size, digest });
  else {
    const verdict = sound
      ? session.paint.green('the same bytes')
      : session.paint.red('other bytes');
    await session.out.line(`${path}  ${verdict}`);
  }
  return sound;
}
