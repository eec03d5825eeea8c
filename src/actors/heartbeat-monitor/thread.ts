import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { LivenessLimits } from '../../domain/liveness.js';
import { serve } from '../runtime/serve.js';
import { nameThread } from '../runtime/thread-name.js';
import { createMonitor } from './behavior.js';

assert(parentPort !== null, 'heartbeat-monitor runs only as a worker thread');
nameThread('heartbeat-mon');
serve(createMonitor(workerData as LivenessLimits), parentPort);
