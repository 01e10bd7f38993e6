/** The tables of auth. Every statement can run again. */
export const schema = `
  CREATE TABLE IF NOT EXISTS users (
    issuer text NOT NULL,
    username text NOT NULL,
    subject text NOT NULL,
    password_hash text NOT NULL,
    PRIMARY KEY (issuer, username)
  );
  CREATE TABLE IF NOT EXISTS sessions (
    sid text PRIMARY KEY,
    kind text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    username text NOT NULL,
    expires_at_ms bigint NOT NULL,
    used_refresh_jti text,
    revoked_at_ms bigint,
    revocation_seq bigint
  );
  CREATE UNIQUE INDEX IF NOT EXISTS sessions_by_revocation
    ON sessions (revocation_seq) WHERE revocation_seq IS NOT NULL;
  CREATE TABLE IF NOT EXISTS revocation_counter (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    value bigint NOT NULL
  );
  CREATE TABLE IF NOT EXISTS signing_keys (
    generation integer PRIMARY KEY,
    kid text NOT NULL,
    private_jwk jsonb NOT NULL
  );
`

/** Named, so that each connection prepares each once. */
export const statements = {
  addUsers: `INSERT INTO users (issuer, username, subject, password_hash)
    SELECT $1, batch.username, batch.subject, $2
    FROM unnest($3::text[], $4::text[]) AS batch (username, subject)
    ON CONFLICT DO NOTHING`,
  findUser: `SELECT issuer, username, subject, password_hash FROM users WHERE issuer = $1 AND username = $2`,
  hasUsers: `SELECT EXISTS (SELECT 1 FROM users WHERE issuer = $1) AS found`,
  addSession: `INSERT INTO sessions (sid, kind, issuer, subject, username, expires_at_ms, used_refresh_jti)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
  findSession: `SELECT sid, kind, issuer, subject, username, expires_at_ms, used_refresh_jti, revoked_at_ms
    FROM sessions WHERE sid = $1`,
  useRefreshToken: `UPDATE sessions SET used_refresh_jti = $2, expires_at_ms = greatest(expires_at_ms, $5)
    WHERE sid = $1 AND used_refresh_jti IN ($2, $3) AND revoked_at_ms IS NULL AND expires_at_ms > $4`,
  // The counter's row lock is held until commit, so numbers become visible in their order.
  revokeSession: `WITH counter AS (
      INSERT INTO revocation_counter AS last (value) VALUES ($2::bigint)
      ON CONFLICT (one) DO UPDATE SET value = greatest(last.value + 1, excluded.value)
      RETURNING value
    )
    UPDATE sessions SET revoked_at_ms = $2, revocation_seq = counter.value FROM counter
    WHERE sid = $1 AND revoked_at_ms IS NULL`,
  revocationsAfter: `SELECT sid, revoked_at_ms, revocation_seq FROM sessions
    WHERE revocation_seq > $1 AND expires_at_ms > $2 ORDER BY revocation_seq LIMIT $3`,
  addSigningKey: `INSERT INTO signing_keys (generation, kid, private_jwk) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING`,
  signingKeys: `SELECT generation, kid, private_jwk FROM signing_keys ORDER BY generation`,
} as const
