/** The tables of auth. Every statement can run again. */
export const schema = `
  CREATE TABLE IF NOT EXISTS users (
    issuer text NOT NULL,
    username text NOT NULL,
    subject text NOT NULL,
    password_hash text NOT NULL,
    PRIMARY KEY (issuer, username)
  );
  CREATE TABLE IF NOT EXISTS clients (
    issuer text NOT NULL,
    client_id text NOT NULL,
    secret_hash text NOT NULL,
    scopes text[] NOT NULL,
    PRIMARY KEY (issuer, client_id)
  );
  CREATE TABLE IF NOT EXISTS sessions (
    sid text PRIMARY KEY,
    kind text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    username text NOT NULL,
    client_id text NOT NULL,
    scope text,
    expires_at_ms bigint NOT NULL,
    used_refresh_jti text,
    recent_refreshes jsonb NOT NULL DEFAULT '[]',
    revoked_at_ms bigint,
    revocation_seq bigint
  );
  CREATE UNIQUE INDEX IF NOT EXISTS sessions_by_revocation
    ON sessions (revocation_seq) WHERE revocation_seq IS NOT NULL;
  CREATE INDEX IF NOT EXISTS sessions_by_end ON sessions (expires_at_ms);
  CREATE TABLE IF NOT EXISTS revocation_counter (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    value bigint NOT NULL
  );
  CREATE TABLE IF NOT EXISTS signing_keys (
    generation integer PRIMARY KEY,
    kid text NOT NULL,
    private_jwk jsonb NOT NULL,
    signs_from_ms bigint NOT NULL,
    drops_older_from_ms bigint,
    removed_at_ms bigint
  );
  CREATE TABLE IF NOT EXISTS settings (name text PRIMARY KEY, value jsonb NOT NULL);
  INSERT INTO settings (name, value) VALUES ('credential-kinds', '["web", "mobile", "device", "api"]')
    ON CONFLICT DO NOTHING;
`

/** Named, so that each connection prepares each once. */
export const statements = {
  addUsers: `INSERT INTO users (issuer, username, subject, password_hash)
    SELECT $1, batch.username, batch.subject, $2
    FROM unnest($3::text[], $4::text[]) AS batch (username, subject)
    ON CONFLICT DO NOTHING`,
  findUser: `SELECT issuer, username, subject, password_hash FROM users WHERE issuer = $1 AND username = $2`,
  hasUsers: `SELECT EXISTS (SELECT 1 FROM users WHERE issuer = $1) AS found`,
  addClients: `INSERT INTO clients (issuer, client_id, secret_hash, scopes)
    SELECT $1, batch.client_id, $2, $3::text[] FROM unnest($4::text[]) AS batch (client_id)
    ON CONFLICT DO NOTHING`,
  findClient: `SELECT issuer, client_id, secret_hash, scopes FROM clients WHERE issuer = $1 AND client_id = $2`,
  addSession: `INSERT INTO sessions
      (sid, kind, issuer, subject, username, client_id, scope, expires_at_ms, used_refresh_jti)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
  findSession: `SELECT sid, kind, issuer, subject, username, client_id, scope, expires_at_ms, used_refresh_jti,
      recent_refreshes, revoked_at_ms
    FROM sessions WHERE sid = $1`,
  useRefreshToken: `UPDATE sessions
    SET used_refresh_jti = $3, recent_refreshes = $4, expires_at_ms = greatest(expires_at_ms, $6)
    WHERE sid = $1 AND used_refresh_jti = $2 AND revoked_at_ms IS NULL AND expires_at_ms > $5`,
  // Two processes that prune together share the work instead of waiting for each other.
  pruneSessions: `DELETE FROM sessions WHERE sid IN (
      SELECT sid FROM sessions WHERE expires_at_ms < $1 ORDER BY expires_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
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
  findSetting: `SELECT value FROM settings WHERE name = $1`,
  addSigningKey: `INSERT INTO signing_keys (generation, kid, private_jwk, signs_from_ms, drops_older_from_ms)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
  removeSigningKey: `UPDATE signing_keys SET removed_at_ms = $2 WHERE kid = $1 AND removed_at_ms IS NULL`,
  signingKeys: `SELECT generation, kid, private_jwk, signs_from_ms, drops_older_from_ms, removed_at_ms
    FROM signing_keys ORDER BY generation`,
} as const
