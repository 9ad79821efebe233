/**
 * Address: a value that is the address of a program to be fetched and run, or of a machine's own secrets.
 *
 * What an API may fetch is for `target-url`. Here stands only what no honest text is: where clouds tell a machine its keys, and
 * scripts by the number of a host.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { Needles } from "../needles.ts";

/** Hosts at which clouds and clusters tell a machine who it is. */
const SECRET_HOSTS = new Needles(["169.254.169.254", "169.254.170.2", "192.0.0.192", "100.100.100.200", "metadata.google.internal", "metadata.azure.internal", "metadata.platformequinix.com", "instance-data", "host.docker.internal", "gateway.docker.internal", "kubernetes.docker.internal", "host.containers.internal", "kubernetes.default", "rancher-metadata", "[fd00:ec2::254]", "localhost.localdomain", "localhost4", "localhost6", "localhost4.localdomain4", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "burpcollaborator.net", "interact.sh", "oast.me", "oast.fun", "oast.pro", "oast.live", "oast.site", "oast.online", "oastify.com", "dnslog.cn", "ceye.io", "requestbin.net", "xss.ht", "r87.me"]);
const METADATA = new Needles(["/latest/meta-data", "/latest/user-data", "/computemetadata/v1", "/metadata/instance", "/metadata/v1/", "/opc/v1/instance", "/openstack/latest", "/latest/dynamic/instance-identity"]);
const SCRIPTS = [".php", ".asp", ".aspx", ".jsp", ".cgi", ".pl", ".txt", ".sh", ".ps1", ".exe"];

export const address: Detector = {
  name: "address",
  kinds: new Set(["short", "text", "url"]),
  needs: MARK.dot | MARK.bang | MARK.slash | MARK.colon,
  find({ lower, marks }) {
    if (SECRET_HOSTS.find(lower, isHost) !== undefined) return "address-secret";
    if ((marks & MARK.blank) !== 0) return undefined;
    if (/^[a-z+]{2,8}:\/\/(?:[^@/]{0,64}@)?(?:0x[0-9a-f]{2,16}|[0-9]{8,12}|0[0-7]{1,6}(?:\.0[0-7]{1,6}){1,3}|\[::ffff:[0-9a-f.:]{3,20}\])(?:[:/?#]|$)/.test(lower) || METADATA.find(lower) !== undefined) return "address-secret";
    if (lower.endsWith("?") && /^(?:file|ftps?|https?)(?::\/\/[^?]{1,512}\.(?:php|asp|aspx|jsp|cgi|txt|inc))?\?+$/.test(lower)) return "address-remote";
    const host = /^(?:https?|ftps?):\/\/(?:[0-9.]{7,15}|\[?[0-9a-f:.]{4,45}\]?)(?::[0-9]{1,5})?(\/[^?#]{0,512})/.exec(lower)?.[1];
    return host !== undefined && SCRIPTS.some((end) => host.endsWith(end)) ? "address-remote" : undefined;
  },
};

/** As a host, not as a part of a longer name. */
function isHost(text: string, at: number, host: string): boolean {
  const after = text.charCodeAt(at + host.length);
  const before = text.charCodeAt(at - 1);
  const isEnd = Number.isNaN(after) || after === 0x2f || after === 0x3a || after === 0x3f || after === 0x23 || after === 0x29 || after === 0x7d || after === 0x22 || after === 0x27;
  const isStart = at === 0 || before === 0x2f || before === 0x40 || before === 0x2e || before === 0x3d || before === 0x22 || before === 0x27;
  return isEnd && isStart && (after === 0x2f || after === 0x3a || before === 0x2f || before === 0x40 || before === 0x2e || at === 0);
}
