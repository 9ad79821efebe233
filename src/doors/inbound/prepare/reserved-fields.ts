/**
 * Reserved fields: what only a gate may tell an API, and never the caller himself.
 *
 * Each entry has let somebody in somewhere: an API that believes `x-user` from its gateway believes it from anybody who
 * comes past without one, `x-original-url` opened paths that were guarded under another name, `proxy` became
 * HTTP_PROXY, `x-middleware-subrequest` switched authentication off.
 */

/** Who the caller is, as gateways and identity-aware proxies say it. A trailing `*` stands for any rest. */
const IDENTITY: readonly string[] = [
  "sallyport-*",
  "x-user", "x-user-*", "x-userid", "x-username", "x-auth", "x-auth-*", "x-authorization", "x-authenticated-*", "x-authentication-*", "x-authorization-*", "x-identity*", "x-subject*", "x-principal*",
  "x-role", "x-roles", "x-role-*", "x-group", "x-groups", "x-scope", "x-scopes", "x-claims*", "x-claim-*", "x-jwt-*", "x-permissions",
  "remote-user", "remote-*", "x-remote-*", "x-webauth-*", "x-consumer-*", "x-anonymous-consumer", "x-credential-*", "x-internal-*",
  "x-email", "x-endpoint-api-userinfo", "x-apigateway-api-userinfo", "x-serverless-authorization", "x-hasura-*", "x-amzn-oidc-*", "x-goog-authenticated-*", "x-goog-iap-*", "x-ms-client-principal*", "x-ms-token-*", "cf-access-*", "tailscale-*", "x-pomerium-*", "x-vouch-*",
];

/** The caller's certificate, as a terminating proxy passes it on (RFC 9440). */
const CERTIFICATE: readonly string[] = ["client-cert", "client-cert-*", "x-client-cert*", "x-client-verify", "x-client-dn", "x-ssl-*", "ssl-client-*", "x-tls-*", "x-arr-clientcert"];

/** Where the caller came from, and over what (RFC 7239). */
const ORIGIN: readonly string[] = [
  "forwarded", "x-forwarded", "x-forwarded-*", "x-forward-*", "via", "x-real-*", "client-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "x-originating-ip", "x-proxyuser-ip",
  "cf-connecting-*", "cf-pseudo-*", "cf-ipcountry", "cf-visitor", "fastly-client-*", "fastly-ssl", "fly-client-*", "fly-forwarded-*", "x-azure-*", "x-appengine-*", "x-envoy-*", "x-nf-*", "x-vercel-*",
  "front-end-https", "x-url-scheme", "x-scheme",
];

/** What is asked for, under another name than the one that was judged. */
const DISGUISE: readonly string[] = [
  "x-original-*", "x-rewrite-*", "x-http-method", "x-http-method-*", "x-method", "x-method-*", "x-host", "x-path", "x-url", "x-uri", "x-request-uri", "x-override-*",
  "x-http-host-override", "x-accel-*", "x-sendfile*", "x-middleware-*", "x-nextjs-*", "proxy",
];

/** Forged identities, addresses and targets, and nothing that an ordinary client needs. */
export const RESERVED_FIELDS: readonly string[] = [...IDENTITY, ...CERTIFICATE, ...ORIGIN, ...DISGUISE];
