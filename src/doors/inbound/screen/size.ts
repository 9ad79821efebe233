/**
 * Size: no request is bigger than the API has a use for.
 *
 * What is announced too long is refused at once; a body of unknown length is cut off when it passes the bound, whoever
 * reads it. An operation that takes uploads is given more room by name, the others keep the default. Hosts have bounds
 * of their own on the head of a request, which may be narrower.
 *
 * Answers API4:2023, unrestricted resource consumption. See RFC 9110, sections 15.5.14 and 15.5.15, and RFC 6585,
 * section 5.
 */
import { contentTooLarge } from "../../../exchange/content.ts";
import { fieldsTooLarge } from "../../../exchange/unreadable.ts";
import { count, defineGuard, fields, type Guard, or, size as amount } from "../../../guard.ts";
import { targetTooLong } from "./framing/target-too-long.ts";

/** `: ` and the line's end. */
const LINE_OVERHEAD_BYTES = 4;

export const size: Guard = defineGuard({
  name: "size",
  stage: "screen",
  risks: ["API4:2023"],
  standing: true,

  options: fields({
    body: or(amount("Longest body."), "1MiB"),
    target: or(amount("Longest request target: path and query.", { min: "64B", max: "8KiB" }), "8KiB"),
    fields: or(count("Most header fields.", { min: 1, max: 1_000 }), 100),
    head: or(amount("Most bytes of all header fields together.", { min: "256B", max: "1MiB" }), "16KiB"),
    field: or(amount("Longest single header field, with its name.", { min: "128B", max: "1MiB" }), "8KiB"),
  }),

  compile({ body, target, fields: fieldsMax, head, field }) {
    return ({ request, content }) => {
      if (request.target.length > target) return targetTooLong();
      const { list } = request.fields;
      if (list.length / 2 > fieldsMax) return fieldsTooLarge({ because: { fields: list.length / 2 } });
      let headBytes = 0;
      for (let at = 0; at < list.length; at += 2) {
        // One character is one byte: framing refuses what is not.
        const lineBytes = (list[at]?.length ?? 0) + (list[at + 1]?.length ?? 0) + LINE_OVERHEAD_BYTES;
        headBytes += lineBytes;
        if (lineBytes > field || headBytes > head) return fieldsTooLarge({ because: { headBytes, lineBytes } });
      }
      content.bound(body);
      const { declared } = content;
      return declared !== undefined && declared > body ? contentTooLarge({ because: { boundBytes: body, declaredBytes: declared } }) : undefined;
    };
  },
});
