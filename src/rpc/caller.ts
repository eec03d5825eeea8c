/** Who calls, by the certificate of the connection. */
import type { AuthContext } from '@grpc/grpc-js/build/src/auth-context.js';
import { type Principal, parsePrincipal } from '../domain/principal.js';

export interface Call {
  getAuthContext(): AuthContext;
}

/** @returns undefined in plain text, and for a certificate that names nobody, or has ended meanwhile */
export function callerOf(call: Call): Principal | undefined {
  const certificate = certificateOf(call);
  if (certificate === undefined) return undefined;
  const isInTime = Date.now() < Date.parse(certificate.valid_to);
  return isInTime ? parsePrincipal(certificate.subjectaltname) : undefined;
}

/** Of a connection that is gone meanwhile Node throws. */
function certificateOf(call: Call): AuthContext['sslPeerCertificate'] {
  try {
    return call.getAuthContext().sslPeerCertificate;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_HTTP2_SOCKET_UNBOUND')
      return undefined;
    throw error;
  }
}
