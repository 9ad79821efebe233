/**
 * Provider: a real issuer of somebody else's making (oidc-provider) on this machine, for tests with real tokens.
 *
 * It issues JWTs for the resource `https://api.example` and opaque tokens for `https://api.example/opaque`, both for the
 * audience of the first. Users log in without being asked, as strongly as the test says.
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Configuration, Provider } from "oidc-provider";

export const RESOURCE = "https://api.example";
export const OPAQUE = "https://api.example/opaque";
export const REDIRECT = "https://client.example/back";
export const SCOPES = "orders:read orders:write";

/** How the next user logs in. */
export interface Login {
  account: string;
  acr: string;
  amr: string[];
}

export interface RunningProvider {
  readonly url: string;
  readonly login: Login;
  /** Requests by path, for those who count them. */
  readonly seen: string[];
  /** While it is set every request is answered with this status. */
  down: number | undefined;
  /** PEM of the client certificate with which the next requests come, as a proxy in front of the issuer would say it. */
  certificate: string | undefined;
  readonly secret: string;
  /** Private key of the client `gateway-key`. */
  readonly key: KeyObject;
  readonly stop: () => Promise<void>;
}

export async function startProvider(): Promise<RunningProvider> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey: key, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const running: RunningProvider = {
    url,
    login: { account: "ann", acr: "silver", amr: ["pwd"] },
    seen: [],
    down: undefined,
    certificate: undefined,
    secret: "of-the-client-a-long-one-drawn-by-hand-7391",
    key,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const provider = new Provider(url, configure(running, { ...publicKey.export({ format: "jwk" }), kid: "gateway", alg: "ES256", use: "sig" }));
  const serve = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    running.seen.push((request.url ?? "").split("?")[0] ?? "");
    if (running.down !== undefined) return void response.writeHead(running.down).end();
    if (request.url?.startsWith("/interaction/") === true) return void logIn(provider, running, request, response);
    void serve(request, response);
  });
  return running;
}

async function logIn(provider: Provider, { login: { account, acr, amr } }: RunningProvider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await provider.interactionFinished(request, response, { login: { accountId: account, acr, amr, remember: false } });
}

function configure(running: RunningProvider, gatewayKey: object): Configuration {
  const { secret } = running;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const gateway = { grant_types: [], response_types: [], redirect_uris: [] };
  const own = { client_secret: secret, token_endpoint_auth_method: "client_secret_basic" } as const;
  return {
    clients: [
      { client_id: "shop", ...own, grant_types: ["client_credentials", "authorization_code"], redirect_uris: [REDIRECT], response_types: ["code"] },
      { client_id: "till", ...own, grant_types: ["client_credentials"], redirect_uris: [], response_types: [], tls_client_certificate_bound_access_tokens: true },
      { client_id: "gateway", ...gateway, ...own },
      { client_id: "gateway-key", ...gateway, token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256", jwks: { keys: [gatewayKey] } },
    ],
    clientDefaults: { id_token_signed_response_alg: "ES256", introspection_signed_response_alg: "ES256" },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "issuer", alg: "ES256", use: "sig" }] },
    scopes: ["openid"],
    acrValues: ["silver", "gold"],
    cookies: { keys: ["a test"] },
    pkce: { required: () => true },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => Promise.resolve({ sub: id }) }),
    extraTokenClaims(ctx) {
      const code = ctx.oidc.entities.AuthorizationCode;
      return code === undefined ? undefined : { auth_time: code.authTime, acr: code.acr, amr: code.amr };
    },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session?.accountId ?? "", clientId: ctx.oidc.client?.clientId ?? "" });
      grant.addOIDCScope("openid");
      for (const resource of [RESOURCE, OPAQUE]) grant.addResourceScope(resource, SCOPES);
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      jwtIntrospection: { enabled: true },
      revocation: { enabled: true },
      dPoP: { enabled: true },
      mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: () => running.certificate },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({ scope: SCOPES, audience: RESOURCE, accessTokenTTL: 600, accessTokenFormat: resource === OPAQUE ? "opaque" : "jwt", jwt: { sign: { alg: "ES256" } } }),
      },
    },
  };
}
