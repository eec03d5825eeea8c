import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterStatus } from '../../actors/client/cluster.js';
import { exitCodeOf, ReelkeepError, toPlainError } from '../../domain/errors.js';
import { alignColumns } from '../columns.js';
import { sizeText } from '../size-text.js';
import type { Session } from './session.js';

const pollEveryMs = 200;

/** @param waitMs how long to wait for a healthy cluster; not at all when absent */
export async function showStatus(session: Session, waitMs: number | undefined): Promise<number> {
  const status = waitMs === undefined ? await askOnce(session) : await waitHealthy(session, waitMs);
  if (session.json) await session.out.json(toStatusJson(status));
  else for (const line of statusText(status)) await session.out.line(line);
  if (waitMs === undefined || isHealthy(status)) return 0;
  session.complain({
    code: 'unavailable',
    message: `not healthy after ${waitMs / 1000} s: ${whatIsWrong(status).join(', ')}`,
    exit: exitCodeOf('unavailable'),
  });
  return exitCodeOf('unavailable');
}

const isHealthy = (status: ClusterStatus): boolean => whatIsWrong(status).length === 0;

function whatIsWrong(status: ClusterStatus): string[] {
  const wrong: string[] = [];
  if (status.mode !== 'serving') wrong.push(modeText(status));
  if (status.keepers.suspect > 0) wrong.push(`${status.keepers.suspect} keepers suspect`);
  if (status.belowTarget > 0) wrong.push(`${status.belowTarget} files below target`);
  if (status.missing > 0) wrong.push(`${status.missing} files missing`);
  if (status.copiesInFlight > 0) wrong.push(`${status.copiesInFlight} copies in flight`);
  if (!status.settled) wrong.push('files still being looked at');
  if (status.surplus > 0) wrong.push(`${status.surplus} replicas in surplus`);
  return wrong;
}

function toStatusJson({ epoch, mode, keepers, files, bytes, ...status }: ClusterStatus): object {
  const { belowTarget, missing, copiesInFlight, surplus } = status;
  const { uploadsInProgress, deletionsDue, security } = status;
  const { modeReason, snapshot, snapshotFailure } = status;
  return {
    epoch,
    mode,
    keepers,
    files,
    bytes,
    belowTarget,
    missing,
    copiesInFlight,
    surplus,
    uploadsInProgress,
    deletionsDue,
    security,
    ...(modeReason === '' ? {} : { modeReason }),
    ...(snapshot && {
      snapshot: { ...snapshot, takenAt: new Date(snapshot.takenAt).toISOString() },
    }),
    ...(snapshotFailure && {
      snapshotFailure: { ...snapshotFailure, at: new Date(snapshotFailure.at).toISOString() },
    }),
  };
}

function statusText(status: ClusterStatus): string[] {
  const { alive, suspect, lost } = status.keepers;
  return alignColumns([
    ['mode', modeText(status)],
    ['epoch', String(status.epoch)],
    ['keepers', `${alive} alive, ${suspect} suspect, ${lost} lost`],
    ['files', `${status.files}, ${sizeText(status.bytes)}`],
    ['below target', String(status.belowTarget)],
    ['missing', String(status.missing)],
    ['copies in flight', String(status.copiesInFlight)],
    ['surplus', String(status.surplus)],
    ['uploads', String(status.uploadsInProgress)],
    ['deletions due', String(status.deletionsDue)],
    ['snapshot', snapshotText(status)],
    ['security', securityTexts[status.security]],
  ]);
}

const securityTexts: Readonly<Record<ClusterStatus['security'], string>> = {
  loopback: 'only this machine can reach the master',
  insecure: 'INSECURE: whoever reaches the master may do anything',
  tls: 'certificates',
};

function snapshotText({ snapshot, snapshotFailure }: ClusterStatus): string {
  const last =
    snapshot === undefined
      ? 'none'
      : `${new Date(snapshot.takenAt).toISOString()}, ${snapshot.files} files`;
  return snapshotFailure === undefined
    ? last
    : `${last} (the last try failed: ${snapshotFailure.reason})`;
}

const modeText = ({ mode, modeReason }: ClusterStatus): string =>
  mode === 'serving' || modeReason === '' ? mode : `${mode} (${modeReason})`;

const askOnce = async (session: Session): Promise<ClusterStatus> =>
  (await session.cluster()).status();

/** The last that was heard by the end; a master that is away is waited for as well. */
async function waitHealthy(session: Session, waitMs: number): Promise<ClusterStatus> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const leftMs = endMs - performance.now();
    try {
      const status = await askOnce(session);
      if (isHealthy(status) || leftMs <= 0) return status;
    } catch (error) {
      if (leftMs <= 0 || !isWorthWaiting(error) || session.world.interrupted.aborted) throw error;
    }
    await delay(Math.min(pollEveryMs, Math.max(0, leftMs)), undefined, {
      signal: session.world.interrupted,
    });
  }
}

function isWorthWaiting(error: unknown): boolean {
  if (!(error instanceof ReelkeepError)) return false;
  const { code } = toPlainError(error);
  return code === 'unavailable' || code === 'unknown-outcome' || code === 'stale';
}
