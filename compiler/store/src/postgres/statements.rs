//! What the database is asked.

pub(super) const FORMAT: i32 = 1;

pub(super) const TABLES: &str = "
    CREATE SCHEMA IF NOT EXISTS landfall;
    CREATE TABLE IF NOT EXISTS landfall.format (version integer NOT NULL);
    INSERT INTO landfall.format SELECT 1 WHERE NOT EXISTS (SELECT FROM landfall.format);
    CREATE TABLE IF NOT EXISTS landfall.logs (
        name text PRIMARY KEY,
        last bigint NOT NULL,
        at_ms bigint NOT NULL
    );
    CREATE TABLE IF NOT EXISTS landfall.batches (
        name text NOT NULL,
        first bigint NOT NULL,
        last bigint NOT NULL,
        at_ms bigint NOT NULL,
        header bytea NOT NULL,
        body bytea NOT NULL,
        chain bytea NOT NULL,
        keyring bytea,
        PRIMARY KEY (name, first),
        UNIQUE (name, last)
    );
    CREATE TABLE IF NOT EXISTS landfall.snapshots (
        name text NOT NULL,
        position bigint NOT NULL,
        at_ms bigint NOT NULL,
        chain bytea NOT NULL,
        generation bigint NOT NULL,
        state_bytes bigint NOT NULL,
        body bytea NOT NULL,
        keyring bytea NOT NULL,
        PRIMARY KEY (name, position)
    );";

pub(super) const BEGIN_LOG: &str =
    "INSERT INTO landfall.logs VALUES ($1, 0, 0) ON CONFLICT (name) DO NOTHING";

pub(super) const APPEND: &str = "
    WITH moved AS (
        UPDATE landfall.logs
        SET last = $3,
            at_ms = greatest(at_ms, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
        WHERE name = $1 AND last = $4
        RETURNING at_ms
    )
    INSERT INTO landfall.batches (name, first, last, at_ms, header, body, chain, keyring)
    SELECT $1, $2, $3, at_ms, $5, $6, $7, $8 FROM moved
    RETURNING at_ms";

pub(super) const BATCHES_FROM: &str = "
    SELECT first, last, at_ms, header, body, chain, keyring FROM landfall.batches
    WHERE name = $1 AND last >= $2 ORDER BY first";

pub(super) const NEWEST_SNAPSHOT: &str = "
    SELECT position, at_ms, chain, generation, state_bytes, body, keyring
    FROM landfall.snapshots WHERE name = $1 ORDER BY position DESC LIMIT 1";

pub(super) const PUT_SNAPSHOT: &str = "
    WITH gone AS (DELETE FROM landfall.snapshots WHERE name = $1 AND position < $2)
    INSERT INTO landfall.snapshots
        (name, position, at_ms, chain, generation, state_bytes, body, keyring)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (name, position) DO UPDATE SET
        generation = excluded.generation, state_bytes = excluded.state_bytes,
        body = excluded.body, keyring = excluded.keyring";

pub(super) const NOW: &str = "
    SELECT greatest(
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
        (SELECT at_ms FROM landfall.logs WHERE name = $1))";
