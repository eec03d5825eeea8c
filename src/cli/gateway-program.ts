/** The command line of the gateway. */
import type { GatewayOptions } from '../actors/gateway/config.js';
import { tlsFiles } from '../actors/gateway/door.js';
import { startGateway } from '../actors/gateway/gateway.actor.js';
import { argumentParser } from './command-line.js';
import { parseWait } from './duration.js';
import { parsePort, parseShare, parseSize } from './flag-values.js';
import { isLinkCommand, runLinkCommand } from './link-commands.js';
import { runServer, serverCommand, withMetrics } from './server-program.js';

interface GatewayFlags {
  readonly port: number;
  readonly host: string;
  readonly master: string;
  readonly credentials?: string;
  readonly timeout: number;
  readonly spool: string;
  readonly spoolMax: number;
  readonly spoolReserve: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy: boolean;
  readonly secret?: string;
  readonly insecure: boolean;
  readonly metricsPort?: number;
  readonly metricsHost: string;
}

/** @returns the exit code */
export function runGateway(argv: readonly string[]): Promise<number> {
  if (isLinkCommand(argv[0])) return runLinkCommand(argv);
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
    )
    .option('--spool <dir>', 'where uploads wait until they are whole', 'data/gateway')
    .option(
      '--spool-max <size>',
      'what they may take of that disk together',
      argumentParser(parseSize),
      64 * 1024 ** 3,
    )
    .option(
      '--spool-reserve <share>',
      'part of that disk that they leave free',
      argumentParser(parseShare),
      0.05,
    )
    .option('--tls-cert <file>', 'certificate that browsers believe; read again when it changes')
    .option('--tls-key <file>', 'its key')
    .option(
      '--behind-proxy',
      'a proxy on this machine encrypts; whoever comes by it needs a link',
      false,
    )
    .option(
      '--secret <file>',
      'keys that links are signed with (default: link-keys.json in --spool)',
    )
    .option('--insecure', 'whoever reaches the port may do anything', false)
    .addHelpText(
      'after',
      `
gateway link --for TIME --url https://HOST:PORT: makes a link that lets its holder in until then
gateway init-secret, gateway rotate-secret: makes the keys of links, or another one that takes over`,
    );
  withMetrics(program);
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
  spoolDir: flags.spool,
  spoolBytesMax: flags.spoolMax,
  spoolReserve: { percent: flags.spoolReserve * 100 },
  tls: tlsFiles(flags.tlsCert, flags.tlsKey),
  behindProxy: flags.behindProxy,
  secretFile: flags.secret,
  insecure: flags.insecure,
  metricsPort: flags.metricsPort,
  metricsHost: flags.metricsHost,
});
