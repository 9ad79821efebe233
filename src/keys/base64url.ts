/**
 * Base64url: reads the one right spelling of bytes (RFC 4648, section 5, without padding).
 *
 * Node's decoder skips what it does not know and takes any trailing bits, so that one signature has many spellings:
 * a token altered that way passes a list of revoked tokens by its text.
 */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
