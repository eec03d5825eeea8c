/**
 * Who a certificate speaks for: a role in one cluster, and a name in that role.
 *
 * It stands in the certificate as one URI among the names of its subject:
 * `reelkeep://<cluster id>/<role>/<name>`. That of the cluster's authority is
 * `reelkeep://<cluster id>`, and speaks for nobody.
 */
import { type ClusterId, clusterId, isClusterId } from './ids.js';

export const roles = ['master', 'keeper', 'client', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface Principal {
  readonly clusterId: ClusterId;
  readonly role: Role;
  /** Of a keeper: its id. */
  readonly name: string;
}

const namePattern = /^[a-z0-9-]{1,64}$/;
const uriPrefix = 'URI:reelkeep://';

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

/** The rule for ids of keepers, so that each of them can have a certificate. */
export const isPrincipalName = (text: string): boolean => namePattern.test(text);

export const principalUri = ({ clusterId: cluster, role, name }: Principal): string =>
  `reelkeep://${cluster}/${role}/${name}`;

/** As a ticket names whom it was given to. */
export const bearerOf = ({ role, name }: Pick<Principal, 'role' | 'name'>): string =>
  `${role}/${name}`;

export const isBearer = (text: string): boolean => {
  const [role = '', name = '', rest] = text.split('/');
  return isRole(role) && isPrincipalName(name) && rest === undefined;
};

export const authorityUri = (cluster: ClusterId): string => `reelkeep://${cluster}`;

/**
 * @param names the subject's, as Node tells them: `URI:reelkeep://…, DNS:…`
 * @returns undefined when there is none, or more than one
 */
export function parsePrincipal(names: string | undefined): Principal | undefined {
  const [cluster = '', role = '', name = '', rest] = partsOf(names);
  if (!isClusterId(cluster) || !isRole(role) || !isPrincipalName(name)) return undefined;
  return rest === undefined ? { clusterId: clusterId(cluster), role, name } : undefined;
}

/** @returns undefined when it is no authority of a cluster */
export function parseAuthority(names: string | undefined): ClusterId | undefined {
  const [cluster = '', rest] = partsOf(names);
  return rest === undefined && isClusterId(cluster) ? clusterId(cluster) : undefined;
}

function partsOf(names: string | undefined): readonly string[] {
  const uris = (names ?? '').split(', ').filter((name) => name.startsWith(uriPrefix));
  const [uri, second] = uris;
  return uri === undefined || second !== undefined ? [] : uri.slice(uriPrefix.length).split('/');
}
