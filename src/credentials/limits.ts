/** Bounds of certificates and of the files that they lie in. */
export const credentialLimits = {
  /** Between two looks at the files, for certificates that were renewed. */
  reloadEveryMs: 10_000,
  /** Of one file. */
  credentialBytesMax: 64 * 1024,
  /** Of a policy. */
  policyBytesMax: 1024 * 1024,
  /** How long an authority is good, in days. */
  authorityDays: 3650,
  /** How long a certificate is good, in days. */
  certificateDays: 365,
} as const;
