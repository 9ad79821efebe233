/** Words: files and folders that nobody asks for honestly, as parts of a path. */

/** Paths and parts of paths, in lower case, with forward slashes. */
export const FILES: readonly string[] = [
  "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/hosts", "/etc/hostname", "/etc/issue", "/etc/subuid", "/etc/sudoers", "/etc/crontab", "/etc/fstab", "/etc/master.passwd", "/etc/security", "/etc/mysql", "/etc/apache", "/etc/nginx", "/etc/ssh", "/etc/php", "/etc/httpd", "/etc/resolv.conf", "/etc/motd", "/etc/ldap", "/etc/redhat-release", "/etc/os-release",
  "/proc/self", "/proc/version", "/proc/cpuinfo", "/proc/mounts", "/proc/net", "/proc/cmdline", "/proc/sched", "/proc/1/", "/proc/interrupts", "/sys/class", "/var/log/", "/var/run/secrets", "/root/.", "/dev/tcp/", "/dev/udp/", "/var/lib/php/sess", "/tmp/sess_",
  "/.ssh/", ".ssh/id_rsa", ".ssh/authorized_keys", ".aws/credentials", ".docker/config", ".docker/secrets", ".kube/config", ".bash_history", ".mysql_history", ".psql_history", ".netrc", ".pgpass", ".git/config", ".git/head", ".git/index", ".svn/entries", ".htpasswd", ".htaccess", "web-inf/", "meta-inf/", "wp-config.php", "web.config", "boot.ini", "win.ini", "ntuser.dat", "ntuser.ini", "system32/", "sysprep.inf", "unattend.xml", "windows/repair", "windows/panther", "inetpub/", "php.ini", "my.cnf", "httpd.conf", "nginx.conf", "etc/passwd", "etc/shadow", "global.asa", "id_rsa", "id_ed25519",
];

/** What a path may not begin or be, as a part: files of tools that hold secrets or history. */
export const PARTS: ReadonlySet<string> = new Set([
  ".git", ".svn", ".hg", ".bzr", ".cvs", ".env", ".htaccess", ".htpasswd", ".htdigest", ".ssh", ".aws", ".azure", ".gcloud", ".docker", ".kube", ".npmrc", ".yarnrc", ".pypirc", ".netrc", ".pgpass", ".my.cnf", ".bash_history", ".bashrc", ".bash_profile", ".zsh_history", ".zshrc", ".profile", ".history", ".mysql_history", ".psql_history", ".ds_store", ".idea", ".vscode", ".gitignore", ".gitconfig", ".dockerignore", ".dockerenv", ".gnupg", ".subversion", ".travis.yml", ".terraform", ".vagrant", ".wget-hsts", ".viminfo", ".lesshst",
  "web-inf", "meta-inf", "phpinfo.php", "phpmyadmin", "wp-config.php", "web.config", "id_rsa", "id_dsa", "id_ed25519", "dockerfile", "docker-compose.yml", "composer.lock", "error.log", "errors.log", "error_log", "debug.log", "access.log", "npm-debug.log", "backup.sql", "dump.sql", "database.sql", "localsettings.php", "settings.local.php", "config.inc.php",
]);

/** Wrappers and schemes that read, run or unpack. */
export const WRAPPERS: readonly string[] = ["php://", "expect://", "phar://", "zip://", "zlib://", "compress.zlib://", "compress.bzip2://", "glob://", "ogg://", "ssh2.", "ssh2://", "rar://", "data://", "file://", "jar:", "netdoc:", "gopher://", "dict://", "ldap://", "ldaps://", "tftp://", "sftp://", "smb://", "local_file:", "rmi://", "jdbc:"];
/** Of these the longer ones say it: an honest text may hold a link to a file or to a server. */
export const LINKS: ReadonlySet<string> = new Set(["ldap://", "ldaps://", "sftp://", "smb://", "jdbc:", "jar:", "file://", "tftp://"]);
