/**
 * Sockets that read straight into the memory their bytes are for.
 *
 * By default Node allocates 64 KiB for each read and hands it on; copying that
 * into a chunk buffer costs more than the whole rest of a transfer. With
 * `onread` the next window is asked for before each read instead. `net.connect`
 * offers that; for accepted sockets it is reached by giving their handle to a
 * new socket. A runtime whose handles cannot do it gets the copy.
 */
import net from 'node:net';

/** Where bytes go; both are called by the socket only. */
export interface ByteInlet {
  /** Where the next bytes go; never empty. */
  window(): Uint8Array;
  /** So many bytes are in the window; `false` stops reading until the socket is resumed. */
  arrived(count: number): boolean;
}

/** A socket whose bytes go into an inlet, and what starts and stops that. */
export interface Reads {
  readonly socket: net.Socket;
  resume(): void;
  pause(): void;
  /** The peer sends no more, and all that it has sent is in the inlet. */
  onEnd(listener: () => void): void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const dialSocket = ({ host, port }: Address, inlet: ByteInlet): Reads =>
  readsOf(net.connect({ host, port, noDelay: true, onread: onReadOf(inlet) }));

/** @param accepted by a server that pauses on connect, so that no byte has been read yet */
export function adoptSocket(accepted: net.Socket, inlet: ByteInlet): Reads {
  const shell = accepted as unknown as { _handle: { useUserBuffer?: unknown } | null };
  const handle = shell._handle;
  if (typeof handle?.useUserBuffer !== 'function') return copyReads(accepted, inlet);
  shell._handle = null;
  accepted.destroy();
  const options = { handle, onread: onReadOf(inlet) };
  return readsOf(new net.Socket(options as net.SocketConstructorOpts).setNoDelay());
}

/** The same contract over the socket's `data` events. */
export function copyReads(socket: net.Socket, inlet: ByteInlet): Reads {
  socket.setNoDelay().on('data', (bytes: Buffer) => {
    let rest = bytes;
    while (rest.length > 0) {
      const window = inlet.window();
      const count = Math.min(window.length, rest.length);
      window.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      if (!inlet.arrived(count)) {
        socket.pause();
        if (rest.length > 0) socket.unshift(rest);
        return;
      }
    }
  });
  return readsOf(socket);
}

const readsOf = (socket: net.Socket): Reads => ({
  socket,
  resume: () => void socket.resume(),
  pause: () => void socket.pause(),
  onEnd: (listener) => void socket.on('end', listener),
});

const onReadOf = (inlet: ByteInlet): net.OnReadOpts => ({
  buffer: () => inlet.window(),
  callback: (count) => inlet.arrived(count),
});
