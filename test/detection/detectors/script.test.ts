/** Script: examples of each rule, and of honest texts about programs. */
import { script } from "../../../src/detection/detectors/script.ts";
import { exampleTests } from "../desk.ts";

exampleTests(script, {
  attacks: {
    "script-call": ["base64_decode('eA==')", "eval($x)", ";system('id');", "shell_exec('id')", "x=exec('id')", "\"system\"('id');", "(phpinfo)('x');", "@{[system 'id']}", "__import__('x')"],
    "script-module": ["require('child_process').exec('id')", ";require(\"fs\").readFileSync(x)"],
    "script-process": ["process.mainModule", "global.process.exit(1)", "os.system('id')", "subprocess.call(['id'])", "Process.spawn('id')", "process['env']"],
    "script-loop": ["while(true);", "while(1)", "for(;;)", "while(!false)"],
    "script-tag": ["<?php x", "<?=x", "<? echo 1;", "[php]x[/php]"],
    "script-variable": ["$_GET['x']", "${'x'}(1)", "$f(1)", "$x['y'](2)", "$GLOBALS[x]", "$ {CONSTANT}"],
    "script-reach": ["x.__class__.y"],
    "script-setting": ["allow_url_include=1"],
  },
  harmless: [
    "the system (the old one) works", "print (on paper)", "open (24 hours)", "costs $5 (five)", "pay in $CAD (Canadian)", "a while (true story) ago", "process. Then stop.", "the process (see below)", "include 'milk'", "<?xml version=\"1.0\"?>", "my OS. Open it.", "use eval with care", "end (of story)", "$name is required", "executive (exec) board", "require a signature", "constant (c)", "PHP developer", "rename(d) today", "time (UTC)",
  ],
});
