/** Who calls, by the certificate of the connection. */
import type { AuthContext } from '@grpc/grpc-js/build/src/auth-context.js';
import { type Principal, parsePrincipal } from '../domain/principal.js';

interface Call {
  getAuthContext(): AuthContext;
}

/** @returns undefined in plain text, and for a certificate that names nobody */
export const callerOf = (call: Call): Principal | undefined =>
  parsePrincipal(call.getAuthContext().sslPeerCertificate?.subjectaltname);
