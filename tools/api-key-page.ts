/** API key page: what scanners for secrets, and people who found one, need to know about keys; from the code that makes them. */
import { API_KEY_PATTERN, findApiKeys, makeApiKey } from "../src/keys/api-key/format.ts";

export function writeApiKeyPage(): { readonly file: string; readonly text: string } {
  const zeroes = { id: "", hash: () => Buffer.alloc(32) };
  const { text: example } = makeApiKey("test", zeroes, (bytes) => Buffer.from(Array.from({ length: bytes }, (_, at) => at * 7 + 1)));
  if (findApiKeys(example).length !== 1) throw new Error("the example is not found by its own pattern");
  const text = `# API keys

Made from the code that makes keys, by \`npm run generate\`. How keys are made, rotated and switched off: [\`sallyport keys\`](cli.md#keys).
How a gateway checks them: [\`api-key\`](guards.md#api-key).

## The form

    ${example}

| part | what it is |
| --- | --- |
| \`slp\` | an API key of some Sallyport |
| \`live\` or \`test\` | the environment for which it was made |
| 12 letters and digits | the id: it stands in audit records, and \`sallyport keys\` takes it. The last four are a keyed hash of the others, so that made-up keys are refused without a look into the database |
| 43 letters and digits | the secret: 256 random bits |
| 6 letters and digits | the checksum |

All of it is one word for a double click. The database holds HMAC-SHA-256 of the whole key under the pepper of the policy, and not
the key.

## For scanners

A regular expression that no ordinary text fits:

    ${API_KEY_PATTERN}

and the checksum, which tells a key from a text that looks like one without asking anybody: CRC-32 (as in zlib) of everything before
the last underscore, as a number to the base 62 with the digits \`0-9A-Za-z\`, the most significant first, six digits with zeroes in
front.

A rule for gitleaks:

\`\`\`toml
[[rules]]
id = "sallyport-api-key"
description = "API key of a Sallyport gateway"
regex = '''\\b${API_KEY_PATTERN}\\b'''
keywords = ["slp_live_", "slp_test_"]
\`\`\`

## When one was found

    sallyport keys disable <id>

The id is the third part. The key counts nowhere a second later.
`;
  return { file: "docs/api-keys.md", text };
}
