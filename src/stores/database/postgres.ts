/**
 * PostgreSQL: the driver of a database that several nodes share.
 *
 * The library is loaded when a policy names such a database. Every wait has a bound on both sides of the wire, and a
 * connection on which something else went wrong than a statement is not used again.
 */
import { hash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { DatabaseFault, type Driver, type FaultKind, type Row, type Session, type Statement, type Unusable, type Value } from "./database.ts";
import type { PostgresAddress } from "./postgres-address.ts";

export interface PostgresOptions {
  readonly address: PostgresAddress;
  readonly connections: number;
  /** Longest wait for a connection, and for a statement. */
  readonly waitMilliseconds: number;
}

const IDLE_MILLISECONDS = 30_000;
const INT8 = 20;

export function postgresDriver(options: PostgresOptions): Driver {
  return new Postgres(options);
}

class Postgres implements Driver {
  readonly dialect = "postgres";
  readonly #options: PostgresOptions;
  readonly #names = new Map<string, string>();
  #pool: Promise<Pool> | undefined;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  run(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    return this.hold(async (session) => {
      const [only, ...more] = statements;
      if (only !== undefined && more.length === 0) return [await session.run(only.sql, only.values)];
      const rows: (readonly Row[])[] = [];
      await session.run("BEGIN");
      for (const { sql, values } of statements) rows.push(await session.run(sql, values));
      await session.run("COMMIT");
      return rows;
    });
  }

  async hold<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = await (await (this.#pool ??= this.#open())).connect().catch(rethrow);
    let broken = true;
    try {
      const done = await work({ run: (sql, values = []) => this.#run(client, sql, values) });
      broken = false;
      return done;
    } catch (fault) {
      broken = fault instanceof DatabaseFault && (fault.kind === "conflict" || fault.kind === "refused") ? !(await rollBack(client)) : true;
      throw fault;
    } finally {
      client.release(broken);
    }
  }

  explain(fault: unknown): Unusable {
    const reason = fault instanceof DatabaseFault ? fault.message.replace(/^\w+: /, "") : "unknown fault";
    return WORDS.get(reason) ?? { wrong: `it cannot be opened (${reason})` };
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await (await pool)?.end();
  }

  async #open(): Promise<Pool> {
    const { default: pg } = await import("pg");
    const { address: { tls, ...address }, connections, waitMilliseconds } = this.#options;
    const pool = new pg.Pool({
      ...address,
      ssl: tls ?? false,
      max: connections,
      connectionTimeoutMillis: waitMilliseconds,
      query_timeout: waitMilliseconds,
      statement_timeout: waitMilliseconds,
      idle_in_transaction_session_timeout: waitMilliseconds,
      idleTimeoutMillis: IDLE_MILLISECONDS,
      keepAlive: true,
      allowExitOnIdle: true,
      application_name: "sallyport",
      // Moments are whole numbers below 2^53; the library gives texts for all of 64 bits.
      types: { getTypeParser: (type: number, format?: "text" | "binary") => (type === INT8 ? Number : pg.types.getTypeParser(type, format)) as (value: string) => unknown },
    });
    // A connection that breaks while it idles: the next call opens another.
    pool.on("error", () => undefined);
    return pool;
  }

  async #run(client: PoolClient, sql: string, values: readonly Value[]): Promise<readonly Row[]> {
    const plain = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value));
    const { rows } = await client.query<Row>(values.length === 0 ? { text: sql } : { name: this.#nameOf(sql), text: sql, values: plain }).catch(rethrow);
    return rows;
  }

  /** A named statement is parsed and planned once per connection. */
  #nameOf(sql: string): string {
    let name = this.#names.get(sql);
    if (name === undefined) {
      name = `sallyport_${hash("sha256", sql).slice(0, 32)}`;
      this.#names.set(sql, name);
    }
    return name;
  }
}

async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query("ROLLBACK");
    return true;
  } catch {
    return false;
  }
}

function rethrow(fault: unknown): never {
  throw readFault(fault);
}

/** Codes alone: PostgreSQL's messages repeat values, and the library's may repeat more. */
function readFault(fault: unknown): DatabaseFault {
  const code = fault instanceof Error && "code" in fault && typeof fault.code === "string" ? fault.code : undefined;
  if (code === undefined) return fault instanceof Error && /timeout/i.test(fault.message) ? new DatabaseFault("late", "timeout") : new DatabaseFault("unavailable", "the connection failed");
  return new DatabaseFault(kindOf(code), code);
}

/** SQLSTATE: five characters, of which the first two are the class. */
function kindOf(code: string): FaultKind {
  if (code === "23505") return "conflict";
  if (code === "57014" || code === "55P03") return "late";
  return /^(?!08|28|53|57|58|XX|3D)[0-9A-Z]{5}$/.test(code) ? "refused" : "unavailable";
}

const ACCESS: Unusable = { wrong: "the database did not accept user or password" };

const WORDS: ReadonlyMap<string, Unusable> = new Map([
  ["ECONNREFUSED", { wrong: "nobody listens there (connection refused)" }],
  ["ENOENT", { wrong: "there is no such socket" }],
  ["ENOTFOUND", { wrong: "the host's name is not known" }],
  ["EAI_AGAIN", { wrong: "the host's name cannot be looked up at the moment" }],
  ["ETIMEDOUT", { wrong: "no answer in time" }],
  ["timeout", { wrong: "no answer in time" }],
  ["28P01", ACCESS],
  ["28000", ACCESS],
  ["3D000", { wrong: "there is no database of that name" }],
  ["42501", { wrong: "this user may not make tables there", allowed: "a schema that the user owns" }],
  ["53300", { wrong: "the server has no connection left" }],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", { wrong: "the server's certificate is not signed by an authority that is trusted", allowed: "sslrootcert=<file> in the URL" }],
  ["SELF_SIGNED_CERT_IN_CHAIN", { wrong: "the server's certificate is not signed by an authority that is trusted", allowed: "sslrootcert=<file> in the URL" }],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", { wrong: "the server's certificate is not signed by an authority that is trusted", allowed: "sslrootcert=<file> in the URL" }],
  ["ERR_TLS_CERT_ALTNAME_INVALID", { wrong: "the server's certificate is for another name" }],
]);
