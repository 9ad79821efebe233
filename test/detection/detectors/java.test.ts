/** Java: examples of each rule, and of honest traces and package names. */
import { java } from "../../../src/detection/detectors/java.ts";
import { exampleTests } from "../desk.ts";

exampleTests(java, {
  attacks: {
    "java-runner": ["java.lang.Runtime", "x java.lang.ProcessBuilder y", "Runtime.getRuntime()", "ProcessBuilder.start", "javax.script.ScriptEngineManager"],
    "java-class": ["java.io.FileReader", "x=java.lang.String", "com.sun.rowset.Y"],
    "java-gadget": ["x.getRuntime()", "a.InvokerTransformer", "new XMLDecoder()"],
    "java-binding": ["class.module.classLoader.x", "class.classLoader"],
  },
  harmless: ["at java.lang.Thread.run(Thread.java:748)", "java.lang.NullPointerException", "java.lang.OutOfMemoryError", "I drink java. Lang may it last", "org.example.app", "com.example.shop", "see https://docs.oracle.com/java.lang", "our class. Module two", "import java.util.List;", "runtime of 5 hours", "org.apache"],
});
