/** What the master can be told, what it takes for granted, and how the numbers hang together. */
import assert from 'node:assert/strict';
import { ReelkeepError } from '../../domain/errors.js';
import { snapshotDefaults } from '../../domain/table-snapshot.js';
import { refuseOpenDoor, refuseOpenMetrics } from '../runtime/open-door.js';

/** All optional; times in milliseconds. */
export interface MasterOptions {
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string;
  /** 7000; 0 takes a free one. */
  readonly port?: number;
  /** Directory of the table; `data/master`. */
  readonly dataDir?: string;
  /** Replicas of a file whose upload does not say; 3. */
  readonly replicas?: number;
  /** Durable replicas before an upload is acknowledged; 1. */
  readonly acks?: number;
  /** Silence until a keeper is suspect; 3 s. */
  readonly suspectAfterMs?: number;
  /** Silence until a keeper is lost; 10 s. */
  readonly lostAfterMs?: number;
  /** How often the replication loop looks up unasked; 1 s. */
  readonly repairEveryMs?: number;
  /** What is let in: mp4 files, or anything. */
  readonly accept?: 'mp4' | 'any';
  /** Take in what keepers hold beyond the table, and begin an empty one where it is damaged; no. */
  readonly rebuild?: boolean;
  /** How often a snapshot of the table is taken, when it has changed; 1 h. */
  readonly snapshotEveryMs?: number | 'off';
  /** So many of the newest snapshots are kept, and so many of those with the most files; 8. */
  readonly snapshotsKept?: number;
  /** A snapshot that is put in the place of a table that is damaged or gone; none. */
  readonly restore?: string | undefined;
  /** Directory of the certificate by which this master is known; plain text without it. */
  readonly credentialsDir?: string | undefined;
  /** File that says what clients may do; needed with `credentialsDir`. */
  readonly policy?: string | undefined;
  /** Reachable from elsewhere without credentials, all the same; no. */
  readonly insecure?: boolean;
  /** On which it is looked at; 0 takes a free one, none unless given. */
  readonly metricsPort?: number | undefined;
  /** Address of that port; 127.0.0.1. */
  readonly metricsHost?: string;
}

export interface MasterConfig extends Required<MasterOptions> {
  /** From a broken session and a refused dial-back until a keeper is lost. */
  readonly brokenAfterMs: number;
  readonly heartbeatEveryMs: number;
  /** How often silence is judged. */
  readonly judgeEveryMs: number;
  /** How long keepers are waited for after a start. */
  readonly recoverGraceMs: number;
  /** A ticket not used by then is void. */
  readonly ticketLifeMs: number;
  /** How long a keeper's tickets are signed with the same key. */
  readonly ticketKeyEveryMs: number;
  /** How long calls under way may go on when the master stops. */
  readonly stopGraceMs: number;
  /** Replicas that an upload may ask for. */
  readonly targetMax: number;
}

export function resolveConfig(options: MasterOptions): MasterConfig {
  const suspectAfterMs = options.suspectAfterMs ?? 3_000;
  const lostAfterMs = options.lostAfterMs ?? 10_000;
  const config: MasterConfig = {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 7000,
    dataDir: options.dataDir ?? 'data/master',
    replicas: options.replicas ?? 3,
    acks: options.acks ?? 1,
    suspectAfterMs,
    lostAfterMs,
    repairEveryMs: options.repairEveryMs ?? 1_000,
    accept: options.accept ?? 'mp4',
    credentialsDir: options.credentialsDir,
    policy: options.policy,
    insecure: options.insecure ?? false,
    metricsPort: options.metricsPort,
    metricsHost: options.metricsHost ?? '127.0.0.1',
    ...resolveTable(options),
    brokenAfterMs: Math.min(1_000, lostAfterMs / 2),
    heartbeatEveryMs: Math.min(1_000, Math.floor(suspectAfterMs / 3)),
    judgeEveryMs: Math.min(100, Math.ceil(suspectAfterMs / 10)),
    recoverGraceMs: lostAfterMs,
    ticketLifeMs: 60_000,
    ticketKeyEveryMs: 3_600_000,
    stopGraceMs: 2_000,
    targetMax: 16,
  };
  checkRelations(config);
  return config;
}

function resolveTable({ snapshotEveryMs, snapshotsKept, restore, rebuild }: MasterOptions) {
  return {
    snapshotEveryMs: snapshotEveryMs ?? snapshotDefaults.everyMs,
    snapshotsKept: snapshotsKept ?? snapshotDefaults.kept,
    restore,
    // A snapshot is older than what keepers hold: the rest is taken in from them.
    rebuild: rebuild === true || restore !== undefined,
  };
}

function checkRelations(config: MasterConfig): void {
  const refuseUnless = (holds: boolean, detail: string): void => {
    if (!holds) throw new ReelkeepError('usage', detail);
  };
  const { replicas, acks, suspectAfterMs, lostAfterMs, repairEveryMs, targetMax } = config;
  refuseUnless(
    Number.isInteger(replicas) && replicas >= 1 && replicas <= targetMax,
    `--replicas ${replicas}: give a number from 1 to ${targetMax}`,
  );
  refuseUnless(
    Number.isInteger(acks) && acks >= 1 && acks <= replicas,
    `--acks ${acks}: give a number from 1 to --replicas, which is ${replicas}`,
  );
  refuseUnless(suspectAfterMs >= 100, '--suspect-after must be at least 100ms');
  refuseUnless(
    suspectAfterMs < lostAfterMs,
    `--suspect-after (${suspectAfterMs} ms) must be shorter than --lost-after (${lostAfterMs} ms)`,
  );
  assert(
    config.ticketKeyEveryMs >= config.ticketLifeMs,
    'a key is known for as long as the tickets that it has signed live',
  );
  const { credentialsDir, policy } = config;
  refuseUnless(
    policy === undefined || credentialsDir !== undefined,
    '--policy asks for --credentials: without certificates nobody is known',
  );
  refuseUnless(
    credentialsDir === undefined || policy !== undefined,
    '--credentials asks for --policy: init-ca has made DIR/policy.json, in which clients may do everything',
  );
  refuseUnless(repairEveryMs >= 10, '--repair-every must be at least 10ms');
  refuseOpenMetrics(config);
  refuseOpenDoor(config, [
    'bin/master init-ca DIR',
    'bin/master --credentials DIR/master-main --policy DIR/policy.json …',
  ]);
}
