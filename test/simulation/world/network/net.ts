/** Twin of `node:net`: TCP on the simulated network; all else of it fails loudly. */
import { TrapError } from '../world.js';
import { Server, type ServerOptions } from './net-server.js';
import { type ConnectOptions, Socket } from './net-socket.js';

export { Server, Socket };

export function connect(options: ConnectOptions, onConnect?: () => void): Socket {
  if (typeof options !== 'object') throw new TrapError('net.connect has a twin for options only');
  const socket = Socket.dial(options);
  if (onConnect !== undefined) socket.once('connect', onConnect);
  return socket;
}

type OnConnection = (socket: Socket) => void;

export function createServer(
  options?: ServerOptions | OnConnection,
  onConnection?: OnConnection,
): Server {
  if (typeof options === 'function') return new Server({}, options);
  return new Server(options ?? {}, onConnection);
}

// biome-ignore lint/style/noDefaultExport: what it stands for has one
export default { Server, Socket, connect, createServer };
