/** A gateway of a rig's cluster as a process of its own, and what a test asks it for. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { onTestFinished } from 'vitest';
import { ServerProcess } from '../../../src/cli/local/server-process.js';
import type { Rig } from '../rig.js';

export interface Gateway {
  readonly process: ServerProcess;
  readonly origin: string;
  /** Of a file. */
  url(name: string): string;
}

export async function startGateway(rig: Rig, args: readonly string[] = []): Promise<Gateway> {
  const server = await ServerProcess.start({
    program: 'gateway',
    args: ['--port', '0', '--master', rig.masterAddress, '--spool', rig.path('gateway'), ...args],
    logFile: rig.path('gateway.log'),
  });
  onTestFinished(() => server.end('SIGKILL'));
  const origin = `http://${server.address}`;
  const url = (name: string): string =>
    `${origin}/files/${name.split('/').map(encodeURIComponent).join('/')}`;
  return { process: server, origin, url };
}

/** An answer whose head has come; its bytes are read when the test reads them. */
export interface Viewer {
  readonly answer: IncomingMessage;
  readonly request: ClientRequest;
  /** All that comes from now on; rejects when it breaks off. */
  rest(): Promise<Buffer>;
  eachPiece(take: (piece: Buffer) => void): Promise<void>;
  /** At least so many bytes; what is more of the last piece as well. */
  atLeast(bytes: number): Promise<Buffer>;
}

export function view(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Viewer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false });
    asked.once('error', reject);
    asked.once('response', (answer) => resolve(viewerOf(asked, answer)));
    asked.end();
  });
}

function viewerOf(asked: ClientRequest, answer: IncomingMessage): Viewer {
  const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const take = async (isEnough: (bytes: number) => boolean): Promise<Buffer> => {
    const taken: Buffer[] = [];
    for (let bytes = 0; !isEnough(bytes); ) {
      const { value, done } = await pieces.next();
      if (done) break;
      taken.push(value);
      bytes += value.length;
    }
    return Buffer.concat(taken);
  };
  return {
    answer,
    request: asked,
    eachPiece: async (onPiece) => {
      for (let next = await pieces.next(); !next.done; next = await pieces.next())
        onPiece(next.value);
    },
    rest: () => take(() => false),
    atLeast: (least) => take((bytes) => bytes >= least),
  };
}
