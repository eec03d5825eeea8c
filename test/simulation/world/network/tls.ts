/** Twin of `node:tls`, of which only what computes is there: no simulated process has a certificate. */
export { createSecureContext } from 'node:tls';
