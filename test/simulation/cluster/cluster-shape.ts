/** How large a cluster is, how it is set up, and how fast the world around it is. */
export interface ClusterShape {
  readonly keepers: number;
  readonly clients: number;
  readonly replicas: number;
  readonly acks: number;
  readonly suspectAfterMs: number;
  readonly lostAfterMs: number;
  readonly repairEveryMs: number;
  /** Of each keeper. */
  readonly diskBytes: number;
  /** Factors on what disks and lines take by default. */
  readonly diskSlowness: number;
  readonly networkSlowness: number;
  /** Without any progress for so long a client gives up. */
  readonly patienceMs: number;
  /** Within it keepers read each replica again; 30 days, which is never, when absent. */
  readonly scrubEveryMs?: number;
}

/** Keepers of a cluster that a run draws. */
export const keepersMax = 9;
