/** Who calls, by the certificate of the connection. */
import type { AuthContext } from '@grpc/grpc-js/build/src/auth-context.js';
import { type Principal, parsePrincipal } from '../domain/principal.js';

interface Call {
  getAuthContext(): AuthContext;
}

/** @returns undefined in plain text, and for a certificate that names nobody, or has ended meanwhile */
export function callerOf(call: Call): Principal | undefined {
  const certificate = call.getAuthContext().sslPeerCertificate;
  if (certificate === undefined || Date.parse(certificate.valid_to) <= Date.now()) return undefined;
  return parsePrincipal(certificate.subjectaltname);
}
