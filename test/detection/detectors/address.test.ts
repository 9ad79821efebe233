/** Address: examples of each rule, and of honest links. */
import { address } from "../../../src/detection/detectors/address.ts";
import { exampleTests } from "../desk.ts";

exampleTests(address, {
  kind: "url",
  attacks: { "address-secret": ["see x169.254.169.254x at http://169.254.169.254/latest", "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/x", "x@host.docker.internal:80/"], "address-remote": ["http://203.0.113.5/x.php", "https://203.0.113.5:8080/a/x.sh", "file?", "http://x.example/a.php?"] },
  harmless: ["https://example.com/a?", "http://192.168.1.10:8080/hook", "http://localhost:3000/callback", "https://avatars.example/u/2?", "http://203.0.113.5/", "what file?", "host.docker.internals"],
});
