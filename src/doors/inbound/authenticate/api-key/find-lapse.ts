/** Find lapse: why a key that is known does not count here and now. */
import type { KeyFinding, KnownKey } from "../../../../keys/api-key/directory.ts";

export function findLapse({ record: { disabled, expires }, addresses }: KnownKey, address: string, now: number): string | undefined {
  if (disabled !== undefined) return "disabled";
  if (expires !== undefined && now >= expires) return "expired";
  return addresses.empty || addresses.contains(address) ? undefined : "address: not one of the key's";
}

export function countsOf(finding: KeyFinding | Promise<KeyFinding>, address: string, now: number): boolean | Promise<boolean> {
  if (finding instanceof Promise) return finding.then((late) => countsOf(late, address, now));
  return "record" in finding && findLapse(finding, address, now) === undefined;
}
