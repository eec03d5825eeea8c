/**
 * Who a request speaks for, and what that lets it do: the one place where it is asked.
 *
 * Where nobody logs in, on loopback or with `--insecure`, it may do what the gateway may. Else it
 * has a session, which came of a link.
 */
import { ReelkeepError } from '../../domain/errors.js';
import { normalizedName } from '../../domain/names.js';
import type { Right } from '../../domain/policy.js';
import { partWithin, refusalOf, type SessionClaims } from '../../domain/session-claims.js';

/** Said by each route: it asks for that right on names, for any session, or for nothing at all. */
export type AccessNeed = Right | 'session' | 'open';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly access?: AccessNeed;
  }
  interface FastifyRequest {
    access: Access;
  }
}

export interface AccessNews {
  readonly who: string;
  readonly right: Right;
  readonly name: string;
  readonly why: string;
}

export class Access {
  readonly #claims: SessionClaims | 'everyone' | 'nobody';
  readonly #onRefused: (news: AccessNews) => void;
  readonly #asked = new Set<Right>();
  #lastName: string | undefined;

  constructor(
    claims: SessionClaims | 'everyone' | 'nobody',
    onRefused: (news: AccessNews) => void = () => undefined,
  ) {
    this.#claims = claims;
    this.#onRefused = onRefused;
  }

  /** As logs name them. */
  get who(): string {
    return typeof this.#claims === 'string' ? this.#claims : this.#claims.label;
  }

  /** Of the link behind the session: what belongs to one is not another's. Empty where nobody logs in. */
  get owner(): string {
    return typeof this.#claims === 'string' ? '' : this.#claims.id;
  }

  get claims(): SessionClaims | undefined {
    return typeof this.#claims === 'string' ? undefined : this.#claims;
  }

  /** That a right was asked for, for the log. */
  get lastName(): string | undefined {
    return this.#lastName;
  }

  /** Whether a route has asked for a right, by any of the ways below. */
  hasAsked(right: Right): boolean {
    return this.#asked.has(right);
  }

  /** @throws ReelkeepError `not-allowed` */
  require(right: Right, name: string): void {
    this.#lastName = name;
    const why = this.#refusal(right, name);
    if (why === undefined) return;
    this.#onRefused({ who: this.who, right, name, why });
    throw new ReelkeepError('not-allowed', why);
  }

  may(right: Right, name: string): boolean {
    return this.#refusal(right, name) === undefined;
  }

  /**
   * The part of what begins with `prefix` that may be seen or changed, as a prefix.
   *
   * @throws ReelkeepError `not-allowed` when there is none
   */
  within(right: Right, prefix: string): string {
    this.#asked.add(right);
    if (this.#claims === 'everyone') return prefix;
    const part =
      this.#claims === 'nobody' ? undefined : partWithin(this.#claims, right, asStored(prefix));
    if (part !== undefined) return part;
    const why = this.#refusal(right, prefix) ?? 'nothing is allowed there';
    this.#onRefused({ who: this.who, right, name: prefix, why });
    throw new ReelkeepError('not-allowed', why);
  }

  #refusal(right: Right, name: string): string | undefined {
    this.#asked.add(right);
    if (this.#claims === 'everyone') return undefined;
    if (this.#claims === 'nobody') return 'open a link to this gateway first';
    return refusalOf(this.#claims, right, asStored(name));
  }
}

/** A name may come in another form than it is stored and granted in. */
const asStored = (text: string): string => normalizedName(text) ?? text;
