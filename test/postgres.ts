/**
 * PostgreSQL for tests: a real server in a temporary folder, on a socket and a loopback port of its own, gone at the
 * end. Where there is none, `missing` says so, and the tests that need it are skipped.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export interface PostgresServer {
  readonly port: number;
  /** With user and password, for a database of its own each time. */
  readonly freshUrl: () => string;
  /** SIGSTOP and SIGCONT for all of its processes: a server that hangs. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly stop: () => Promise<void>;
}

export const PASSWORD = "canary-Zt3qW9xLm2";

const [programs] = globSync("/usr/lib/postgresql/*/bin").sort().reverse();
const isRoot = process.getuid?.() === 0;
const account = isRoot ? accountOf("postgres") : undefined;

/** Why there is no PostgreSQL here; undefined: there is. */
export const missing: string | undefined =
  programs === undefined || !existsSync(path.join(programs, "initdb")) ? "PostgreSQL is not installed (Debian: postgresql)" : isRoot && account === undefined ? "PostgreSQL refuses to run as root, and there is no user postgres" : undefined;

function accountOf(name: string): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (option: string): number => Number(execFileSync("id", [option, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-postgres-"));
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  const data = path.join(folder, "data");
  const as = { cwd: folder, env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" }, ...account };
  const program = (name: string): string => path.join(programs ?? "", name);
  execFileSync(program("initdb"), ["-D", data, "-U", "owner", "--auth=trust", "--no-sync", "-E", "UTF8"], { ...as, stdio: "ignore" });
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: folder, fsync: "off", shared_buffers: "16MB", max_connections: 40 };
  const server = spawn(program("postgres"), ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])], { ...as, stdio: "ignore" });
  const psql = (sql: string): string => execFileSync(program("psql"), ["-h", folder, "-p", String(port), "-U", "owner", "-d", "postgres", "-qAtc", sql], { ...as, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
  await untilReady(() => psql("SELECT 1"), server);
  psql(`CREATE ROLE door LOGIN PASSWORD '${PASSWORD}'`);
  let databases = 0;
  const processes = (): readonly number[] => [server.pid ?? 0, ...execFileSync("pgrep", ["-P", String(server.pid)], { encoding: "utf8" }).trim().split("\n").map(Number)];
  const signal = (name: "SIGSTOP" | "SIGCONT"): void => processes().forEach((pid) => process.kill(pid, name));
  return {
    port,
    freshUrl() {
      const name = `fresh_${++databases}`;
      psql(`CREATE DATABASE ${name} OWNER door`);
      return `postgres://door:${PASSWORD}@127.0.0.1:${port}/${name}`;
    },
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async stop() {
      if (server.exitCode === null) {
        const gone = new Promise((resolve) => server.once("exit", resolve));
        // Immediate shutdown: there is nothing to keep.
        server.kill("SIGQUIT");
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReady(ask: () => unknown, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (server.exitCode !== null) break;
    try {
      ask();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error("PostgreSQL did not start");
}
