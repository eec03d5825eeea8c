/** The command line of the gateway. */
import type { GatewayOptions } from '../actors/gateway/config.js';
import { startGateway } from '../actors/gateway/gateway.actor.js';
import { argumentParser } from './command-line.js';
import { parseWait } from './duration.js';
import { parsePort } from './flag-values.js';
import { runServer, serverCommand } from './server-program.js';

interface GatewayFlags {
  readonly port: number;
  readonly host: string;
  readonly master: string;
  readonly credentials?: string;
  readonly timeout: number;
}

/** @returns the exit code */
export function runGateway(argv: readonly string[]): Promise<number> {
  const program = serverCommand(
    'gateway',
    'Shows the cluster and plays its films over HTTP; holds nothing itself.',
  )
    .option('--port <port>', 'port to listen on, 0 for a free one', argumentParser(parsePort), 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--master <host:port>', 'the master', '127.0.0.1:7000')
    .option('--credentials <dir>', 'the gateway’s certificate, for a master that has one')
    .option(
      '--timeout <time>',
      'a request to the cluster fails without progress for so long',
      argumentParser(parseWait),
      30_000,
    );
  return runServer({
    role: 'gateway',
    argv,
    program,
    start: (flags, log) => startGateway(toOptions(flags as unknown as GatewayFlags), log),
  });
}

const toOptions = (flags: GatewayFlags): GatewayOptions => ({
  port: flags.port,
  host: flags.host,
  master: flags.master,
  credentialsDir: flags.credentials,
  timeoutMs: flags.timeout,
});
