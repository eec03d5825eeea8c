/** A gateway beside a rig's cluster, with a spool in the rig's directory, ended after the test. */
import { onTestFinished } from 'vitest';
import { ServerProcess } from '../../../src/cli/local/server-process.js';
import type { Rig } from '../rig.js';

export interface GatewayOrder {
  readonly port?: number;
  readonly spool?: string;
  readonly args?: readonly string[];
}

export async function startGatewayProcess(
  rig: Rig,
  { port = 0, spool = rig.path('spool'), args = [] }: GatewayOrder = {},
): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    program: 'gateway',
    args: ['--port', String(port), '--master', rig.masterAddress, '--spool', spool, ...args],
    logFile: rig.path('gateway.log'),
  });
  onTestFinished(() => server.end('SIGKILL'));
  return server;
}
