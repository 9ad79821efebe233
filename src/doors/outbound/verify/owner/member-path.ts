/** Member path: the shape of an option that names a place in a body. */
import { type MemberPath, readMemberPath } from "../../../../contract/member-path.ts";
import { checked, type Shape, text } from "../../../../guard.ts";

export const memberPath: Shape<MemberPath> = checked(text("A path such as customerId, items[*].customerId or memberIds[?].", { max: 300, example: "customerId" }), (written) => {
  const read = readMemberPath(written);
  return "path" in read ? { value: read.path } : read;
});
