/**
 * Banners: header fields with which programs introduce themselves.
 *
 * None of them is for the caller. A name with a version is looked up in lists of known holes; a trace id or a query count
 * leads whoever is already inside.
 */

/** A trailing `*` stands for any rest. */
export const BANNERS: readonly string[] = [
  "server", "via", "x-powered-by", "x-powered-by-*", "x-powered-cms", "x-generator", "x-generated-by", "x-application-*", "x-app-version", "x-version", "x-runtime*", "x-framework",
  "x-aspnet-version", "x-aspnetmvc-version", "x-sourcefiles", "x-owa-version", "microsoft*", "liferay-portal", "x-jenkins*", "x-hudson*", "x-drupal-*", "x-litespeed-*", "x-turbo-*", "x-mod-pagespeed", "x-page-speed",
  "x-debug*", "x-trace*", "x-exception*", "x-error-*", "x-stack*", "x-sql*", "x-query-*", "x-profiler*", "x-clockwork*", "x-symfony-*", "x-laravel-*", "x-django-*", "x-rack-*", "x-chromelogger-*", "x-chromephp-*", "x-wf-*", "x-firephp-*",
  "server-timing", "x-backend*", "x-served-by", "x-server*", "x-host", "x-hostname", "x-instance*", "x-node*", "x-pod*", "x-container*", "x-kubernetes-*", "x-upstream*", "x-envoy-*", "x-varnish*", "x-cache-*", "x-kong-*", "x-amz-cf-*", "x-amzn-*",
  "sourcemap", "x-sourcemap", "sallyport-*",
];
