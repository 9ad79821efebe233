/**
 * Guards: every guard of the house, in the order in which they stand.
 *
 * The order within a stage is this list's; between stages it is stages.ts's. In screen, cors stands before path and
 * method, because a preflight asks with a method that the contract need not list. In authenticate, credentials comes
 * last: it judges what those before it found. In verify, owner comes first: what is foreign must not be told from what is
 * missing by how the one or the other breaks the contract.
 */
import type { Guard } from "../policy/definition.ts";
import { apiKey } from "./inbound/authenticate/api-key.ts";
import { basic } from "./inbound/authenticate/basic.ts";
import { credentials } from "./inbound/authenticate/credentials.ts";
import { introspection } from "./inbound/authenticate/introspection.ts";
import { jwt } from "./inbound/authenticate/jwt.ts";
import { mutualTls } from "./inbound/authenticate/mutual-tls.ts";
import { decisionPoint } from "./inbound/authorize/decision-point.ts";
import { role } from "./inbound/authorize/role.ts";
import { rule } from "./inbound/authorize/rule.ts";
import { scope } from "./inbound/authorize/scope.ts";
import { stepUp } from "./inbound/authorize/step-up.ts";
import { introduce } from "./inbound/prepare/introduce.ts";
import { strip } from "./inbound/prepare/strip.ts";
import { address } from "./inbound/screen/address.ts";
import { cors } from "./inbound/screen/cors.ts";
import { framing } from "./inbound/screen/framing.ts";
import { method } from "./inbound/screen/method.ts";
import { overload } from "./inbound/screen/overload.ts";
import { path } from "./inbound/screen/path.ts";
import { resourceMetadata } from "./inbound/screen/resource-metadata.ts";
import { size } from "./inbound/screen/size.ts";
import { concurrency } from "./inbound/throttle/concurrency.ts";
import { leakyBucket } from "./inbound/throttle/leaky-bucket.ts";
import { quota } from "./inbound/throttle/quota.ts";
import { slidingWindow } from "./inbound/throttle/sliding-window.ts";
import { tokenBucket } from "./inbound/throttle/token-bucket.ts";
import { authorizationDetails } from "./inbound/validate/authorization-details.ts";
import { body } from "./inbound/validate/body.ts";
import { flow } from "./inbound/validate/flow.ts";
import { injection } from "./inbound/validate/injection.ts";
import { parameters } from "./inbound/validate/parameters.ts";
import { xml } from "./inbound/validate/xml.ts";
import { upload } from "./inbound/validate/upload.ts";
import { targetUrl } from "./inbound/validate/target-url.ts";
import { faults } from "./outbound/disclose/faults.ts";
import { properties } from "./outbound/disclose/properties.ts";
import { leaks } from "./outbound/disclose/leaks.ts";
import { headers } from "./outbound/seal/headers.ts";
import { answerBody } from "./outbound/verify/answer-body.ts";
import { answerXml } from "./outbound/verify/answer-xml.ts";
import { answerStatus } from "./outbound/verify/answer-status.ts";
import { owner } from "./outbound/verify/owner.ts";

export const GUARDS: readonly Guard[] = [
  framing,
  overload,
  size,
  address,
  cors,
  resourceMetadata,
  path,
  method,
  jwt,
  introspection,
  apiKey,
  basic,
  mutualTls,
  credentials,
  tokenBucket,
  slidingWindow,
  concurrency,
  quota,
  leakyBucket,
  scope,
  stepUp,
  role,
  rule,
  decisionPoint,
  parameters,
  body,
  xml,
  upload,
  injection,
  targetUrl,
  authorizationDetails,
  flow,
  strip,
  introduce,
  owner,
  answerStatus,
  answerBody,
  answerXml,
  properties,
  faults,
  leaks,
  headers,
];
