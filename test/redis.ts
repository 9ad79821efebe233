/** Redis: real servers on free ports of this machine, alone or as a cluster of three masters, ended with the test. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Why no server can be started here; undefined: one can. */
export const missing: string | undefined = findMissing();

function findMissing(): string | undefined {
  for (const program of ["redis-server", "redis-cli"]) {
    try {
      execFileSync(program, ["--version"], { stdio: "ignore" });
    } catch {
      return `${program} is not installed`;
    }
  }
  return undefined;
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** SIGKILL: everything that it knew is gone. */
  readonly kill: () => Promise<void>;
  /** On the same port, with nothing in it. */
  readonly restart: () => Promise<void>;
  /** It takes connections, and says nothing. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly stop: () => Promise<void>;
  /** What a person would type. */
  readonly command: (...words: readonly string[]) => string;
}

export async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo; // it listens on a port
  probe.close();
  await once(probe, "close");
  return port;
}

/** That three servers find each other takes two seconds, and on a busy machine ten. */
const COMMAND_MILLISECONDS_MAX = 45_000;

export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-redis-"));
  let child: ChildProcess | undefined;
  const command = (...words: readonly string[]): string => execFileSync("redis-cli", ["-p", String(port), ...words], { encoding: "utf8", timeout: COMMAND_MILLISECONDS_MAX, stdio: ["ignore", "pipe", "ignore"] }).trim();
  const restart = async (): Promise<void> => {
    child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--loglevel", "warning", ...options], { stdio: "ignore" });
    for (let tries = 0; tries < 200; tries++) {
      if (await listens(port)) return;
      await wait(25);
    }
    throw new Error("redis-server does not listen");
  };
  const kill = async (): Promise<void> => {
    const dying = child;
    child = undefined;
    if (dying === undefined || dying.exitCode !== null) return;
    dying.kill("SIGKILL");
    await once(dying, "exit");
  };
  await restart();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    command,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

export interface RedisCluster {
  readonly masters: readonly RedisServer[];
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function startCluster(): Promise<RedisCluster> {
  const masters = await Promise.all([1, 2, 3].map(() => startRedis("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no")));
  const stop = async (): Promise<void> => void (await Promise.all(masters.map((one) => one.stop())));
  try {
    const [first] = masters;
    first?.command("--cluster", "create", ...masters.map(({ port }) => `127.0.0.1:${port}`), "--cluster-replicas", "0", "--cluster-yes");
    for (let tries = 0; tries < 200 && masters.some(({ command }) => !command("cluster", "info").includes("cluster_state:ok")); tries++) await wait(50);
  } catch (fault) {
    await stop();
    throw fault;
  }
  return { masters, url: masters.map(({ url }) => url).join(","), stop };
}
