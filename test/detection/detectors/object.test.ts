/** Object: examples of each rule, and of honest ids and base64. */
import { object } from "../../../src/detection/detectors/object.ts";
import { exampleTests } from "../desk.ts";

exampleTests(object, {
  attacks: {
    "object-serialised": ["gASV word gASVKAAAAAAAAACMBXBvc2l4AAAA", "rO0ABXNyAA", "x=rO0ABQ", "aced00057372", "AAEAAAD/////AQAAAAAAAAAMAgAAAF", "gASVKAAAAAAAAACMBXBvc2l4"],
    "object-marker": ["_$$ND_FUNC$$_function(){}", "!!python/object/apply:os.system", "!ruby/object:Gem", "cos\nsystem\n(S'id'", "<java version=\"1.7\">"],
    "object-php": ["O:8:\"stdClass\":0:{}", "x=C:11:\"ArrayObject\":1:{}", "a:1:{s:1:\"x\";i:1;}", "O:+8:\"X\":0:{}"],
  },
  harmless: ["ratio 16:9", "a:1 and b:2", "gASoline", "O: 8 o'clock", "ISO:8601:2004", "BAhamas", "iVBORw0KGgoAAAANSUhEUgAA", "Note: C:11 is open", "aGVsbG8gd29ybGQ"],
});
