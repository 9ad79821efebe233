/**
 * Nginx: the bare reverse proxy in C, one worker, kept-alive connections to the API, no guard and no log.
 *
 * The floor under everything: what forwarding alone costs when it is done as cheaply as is known.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../place.ts";
import type { Subject } from "./subject.ts";

const programs = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/usr/local/nginx/sbin/nginx"] as const;

export const nginx: Subject = {
  name: "nginx",
  about: "nginx proxy_pass, one worker, no guard",
  guards: [],
  overTls: true,
  missing: () => (findProgram() === undefined ? "nginx is not installed" : undefined),
  command: (place) => {
    mkdirSync(join(place.folder, "temp"), { recursive: true });
    const file = join(place.folder, "nginx.conf");
    writeFileSync(file, writeConfiguration(place));
    return { program: findProgram() ?? "nginx", words: ["-p", place.folder, "-e", "stderr", "-c", file] };
  },
};

/** The version as nginx itself says it. */
export function readNginxVersion(): string | undefined {
  const program = findProgram();
  if (program === undefined) return undefined;
  return /nginx\/(\S+)/.exec(spawnSync(program, ["-v"], { encoding: "utf8" }).stderr)?.[1];
}

function findProgram(): string | undefined {
  return programs.find((program) => existsSync(program));
}

function writeTls({ tls }: Place): string {
  return tls === undefined ? "" : `    ssl_certificate ${tls.certificateFile};\n    ssl_certificate_key ${tls.keyFile};\n    ssl_protocols TLSv1.3;\n`;
}

function writeConfiguration(place: Place): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `  ${kind}_temp_path temp/${kind};`)
    .join("\n");
  return `daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
${temporary}
  keepalive_requests 100000000;
  upstream api {
    server ${new URL(place.upstream).host};
    keepalive 64;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${place.port} backlog=1024${place.tls === undefined ? "" : " ssl"};
${writeTls(place)}    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}
