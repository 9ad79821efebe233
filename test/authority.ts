/**
 * Authority: a certificate authority for tests, made with openssl: another hand than the code that reads what it makes.
 * It issues certificates for callers, with any names and any life, revokes them, and says so in a list.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Issued {
  readonly certificate: string;
  readonly key: string;
  /** The certificate itself, without PEM around it. */
  readonly bytes: Buffer;
}

export interface Wanted {
  /** As openssl writes it: `/C=DE/O=Shop/CN=till`. */
  readonly subject: string;
  /** `DNS:till.example,URI:spiffe://shop/till`; none when left out. */
  readonly names?: string;
  /** Days from now; both may be negative. */
  readonly from?: number;
  readonly until?: number;
  /** `clientAuth` unless something else is said. */
  readonly use?: string;
}

export interface Authority {
  readonly folder: string;
  /** Its own certificate. */
  readonly certificate: string;
  readonly file: string;
  readonly issue: (wanted: Wanted) => Issued;
  readonly revoke: (issued: Issued) => void;
  /** The list of what was revoked so far, in PEM. `until`: days from now. */
  readonly list: (until?: number) => string;
  readonly remove: () => void;
}

const CONFIGURATION = `[ca]
default_ca = test
[test]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
copy_extensions = none
default_crl_days = 30
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
`;

/** Why there is no authority here; undefined: there can be. */
export const missing: string | undefined = ["/usr/bin/openssl", "/usr/local/bin/openssl"].some((file) => existsSync(file)) ? undefined : "openssl is not installed";

export function openAuthority(name: string): Authority {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-authority-"));
  const openssl = (...words: readonly string[]): void => void execFileSync("openssl", words, { cwd: folder, stdio: "ignore", env: { PATH: process.env["PATH"] ?? "" } });
  const read = (file: string): string => readFileSync(path.join(folder, file), "latin1");
  const write = (file: string, text: string): void => writeFileSync(path.join(folder, file), text);
  write("ca.cnf", CONFIGURATION);
  for (const [file, text] of [["index.txt", ""], ["serial", "1000\n"], ["crlnumber", "1000\n"]] as const) write(file, text);
  openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", `/O=Tests/CN=${name}`, "-days", "30", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
  const ca = ["ca", "-config", "ca.cnf", "-keyfile", "ca.key", "-cert", "ca.pem", "-batch"];
  let issued = 0;
  return {
    folder,
    certificate: read("ca.pem"),
    file: path.join(folder, "ca.pem"),
    issue({ subject, names, from = -1, until = 10, use = "clientAuth" }) {
      const at = `leaf-${++issued}`;
      openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${at}.key`, "-out", `${at}.csr`, "-subj", subject);
      write(`${at}.ext`, ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", `extendedKeyUsage=${use}`, ...(names === undefined ? [] : [`subjectAltName=${names}`])].join("\n"));
      openssl(...ca, "-in", `${at}.csr`, "-out", `${at}.pem`, "-notext", "-extfile", `${at}.ext`, "-startdate", dateIn(from), "-enddate", dateIn(until));
      const certificate = read(`${at}.pem`);
      return { certificate, key: read(`${at}.key`), bytes: Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ""), "base64") };
    },
    revoke({ certificate }) {
      write("revoked.pem", certificate);
      openssl(...ca, "-revoke", "revoked.pem");
    },
    list(until = 30) {
      openssl(...ca, "-gencrl", "-out", "crl.pem", "-crl_lastupdate", dateIn(-40), "-crl_nextupdate", dateIn(until));
      return read("crl.pem");
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `20270101120000Z` */
function dateIn(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
}
