/** Answer options: how answers are held and read to be judged; said once, at `answer-body`, for every guard that judges them. */
import type { DecodeBounds } from "../../../contract/media/decode.ts";
import { fields, or, type Shape, type Site, size } from "../../../guard.ts";
import { misread } from "../../../policy/shape.ts";
import { CONTROLS, jsonBounds, type JsonOptions, jsonOptions } from "../../json-options.ts";

export interface AnswerOptions extends JsonOptions {
  readonly size: number;
  readonly item: number;
}

export const answerOptions: Shape<AnswerOptions> = fields({
  ...jsonOptions,
  controls: or(CONTROLS, "taken"),
  size: or(size("Largest content that is held to be judged.", { min: "1B", max: "1GiB" }), "10MiB"),
  item: or(size("Longest line or event of a stream, which is judged on its way.", { min: "1B", max: "64MiB" }), "1MiB"),
});

export interface AnswerReading {
  readonly bounds: DecodeBounds;
  readonly sizeBytes: number;
  /** Of one item of a sequence. */
  readonly itemBytes: number;
}

/** As `answer-body` reads answers here; as it would by default, where it does not stand. */
export function answerReading({ optionsOf }: Pick<Site, "optionsOf">): AnswerReading {
  const [written = {}] = optionsOf?.("answer-body") ?? [];
  const quiet = { pointer: "", report: () => undefined };
  // What is wrong with it is told where it is posted.
  const read = answerOptions.read(written, quiet);
  const options = read === misread ? answerOptions.read({}, quiet) : read;
  if (options === misread) throw new TypeError("the defaults of answer-body cannot be read");
  return { bounds: jsonBounds(options), sizeBytes: options.size, itemBytes: options.item };
}
