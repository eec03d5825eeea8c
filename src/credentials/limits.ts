/** Bounds of certificates and of the files that they lie in. */
export const credentialLimits = {
  /** Between two looks at the files, for certificates that were renewed. */
  reloadEveryMs: 10_000,
  /** Of one file. */
  credentialBytesMax: 64 * 1024,
  /** Of a policy. */
  policyBytesMax: 1024 * 1024,
  /** Of what is wrong with a policy; further faults are not told. */
  policyFaultsTold: 5,
  /** Characters of them; a longer sentence is cut. */
  policyFaultTextMax: 1_000,
  /** How long an authority is good, in days. */
  authorityDays: 3650,
  /** How long a certificate is good, in days. */
  certificateDays: 365,
  /** By which links are good: the newest signs, the one before is still believed. */
  linkKeysMax: 2,
  /** Characters of a link's key or of a session. */
  linkLengthMax: 4_096,
  /** How long a link may be good. */
  linkLifeMsMax: 90 * 24 * 60 * 60 * 1000,
} as const;
