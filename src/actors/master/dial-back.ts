/** Whether anything listens where a keeper did: the quickest sign that its process is gone. */
import { connect } from 'node:net';
import type { Address } from '../../domain/address.js';
import type { DialBackAnswer } from '../heartbeat-monitor/messages.js';

const dialTimeoutMs = 500;

/** The address is that of the data port */
export function dialBack({ host, port }: Address): Promise<DialBackAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: dialTimeoutMs });
    const end = (answer: DialBackAnswer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end('accepted'));
    socket.once('timeout', () => end('silent'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? 'refused' : 'silent'),
    );
  });
}
