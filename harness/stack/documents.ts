/** The first version of every configuration document. Times are those of the miniature: seconds stand for hours. */
export const firstDocuments: Record<string, unknown> = {
  auth: {
    issuer: 'https://auth.firebreak.test',
    audience: 'firebreak-apps',
    sessionTtlS: 3_600,
    accessTokenTtlS: 20,
    refreshTokenTtlS: 3_600,
  },
  feed: {
    issuer: 'https://auth.firebreak.test',
    audience: 'firebreak-apps',
    checkTimeoutMs: 800,
    signInTimeoutMs: 1_000,
    graceMs: 60_000,
  },
  'edge-us': { routes: { feed: 'feed' }, timeoutMs: 5_000 },
}
