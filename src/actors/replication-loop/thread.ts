import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { ReplicationLimits } from '../../domain/replication-limits.js';
import { serve } from '../runtime/serve.js';
import { nameThread } from '../runtime/thread-name.js';
import { createReplicationLoop } from './behavior.js';

assert(parentPort !== null, 'replication-loop runs only as a worker thread');
nameThread('replication');
serve(createReplicationLoop(workerData as ReplicationLimits), parentPort);
