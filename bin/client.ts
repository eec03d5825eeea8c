#!/usr/bin/env node
import { runClient } from '../src/cli/client/run-client.js';
import { processWorld } from '../src/cli/client/world.js';

process.exitCode = await runClient(process.argv.slice(2), processWorld(process));
