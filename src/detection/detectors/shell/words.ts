/** Words: commands of Unix and Windows shells. */
import { type WordTable, wordTable } from "../../lexicon.ts";

export const AS = {
  /** A command whose name is no word. */
  command: 1,
  /** A command whose name is a word of prose. */
  common: 2,
  /** A command that runs another one. */
  prefix: 3,
  /** A shell, or an interpreter that runs what it is given. */
  shell: 4,
  windows: 5,
  /** A command of Windows whose name is a word. */
  commonWindows: 6,
  cmdlet: 7,
} as const;

export const SHELL: WordTable = wordTable({
  [AS.command]:
    "whoami ifconfig uname wget curl nslookup netstat getent nmap lsof pwd chmod chown chgrp mkdir rmdir ps lscpu lsblk lspci dmesg iptables ufw useradd userdel usermod adduser deluser passwd visudo crontab systemctl ssh scp sftp rsync telnet tcpdump traceroute tracepath hping3 socat netcat ncat nc openssl gpg gcc cc c89 c99 tftp ftp lftp aria2c axel lynx w3m links2 elinks apt apt-get apt_get yum dnf rpm dpkg pacman apk brew pip pip3 npm npx gem busybox toybox xxd hexdump base64 base32 awk gawk mawk sed grep egrep fgrep zgrep xargs tee dd mkfs mkfifo mknod mount umount ln ls cp mv rm unlink rmt gzip gunzip bzip2 bunzip2 xz unxz zstd zcat zstdcat bzcat xzcat lzma tar unzip zipinfo rar uncompress killall pkill pgrep nohup_ screen_ tmux dig ping6 arp ip_ ipconfig_ iwconfig htop vmstat iostat strings ltrace gdb ansible chef puppet knife docker kubectl podman mysql mysqldump psql sqlite3 redis-cli mongo python_ printenv hostname_ hostid arch_ tac nl_ rev_ od_ sh_ csvtool cpulimit crash_ cowsay_ dos2unix ed_ egrep_ fmt_ gimp_ hd_ ionice jjs jq joe ksshell ldconfig logsave look_ lua luac nano nasm nawk nice_ nsenter pico pidstat pkexec pry readelf restic rlogin rlwrap rpmquery runscript setarch ssh_keygen stdbuf sysctl tclsh timedatectl unexpand uudecode uuencode valgrind vi vim vimdiff virsh wc wish xmodmap xmore zip zsoelim cobc irb mtr bridge_ column_ comm_ pftp irssi pwsh fdisk groupadd groupmod lsmod insmod modprobe sshd sshpass nologin chroot chpass aa-disable",
  [AS.common]: "cd ip cat id env set echo find sort head tail more less cut date kill who w last at test top time sleep type host file touch diff patch which whereis locate stat dir expr true false yes seq watch split join paste fold shuf look wall write talk mail export alias history jobs bg fg exit source eval exec printf read trap umask ulimit ping arch hostname finger man info make install lp lpr pr tr df du free uptime users groups cal clear reset sync link node column comm bridge rev nl od fmt ed dash screen service dump nice script open apropos",
  [AS.prefix]: "sudo su nohup time nice env exec command xargs timeout strace builtin busybox doas ionice stdbuf watch setsid unbuffer eval then do else if while",
  [AS.shell]: "sh bash zsh ksh csh tcsh ash dash fish rbash perl python python2 python3 ruby php node java gcc tclsh expect powershell cmd",
  [AS.windows]: "ipconfig tasklist taskkill systeminfo netsh certutil bitsadmin mshta regedit regsvr32 rundll32 wmic cscript wscript schtasks icacls cacls attrib xcopy robocopy findstr wevtutil nltest dsquery bcdboot bcdedit diskpart vssadmin msiexec psexec cmdkey wbadmin gpresult driverquery tracert pathping nbtstat msbuild installutil csc forfiles pcalua odbcconf cmstp esentutl expand_ extrac32 makecab print_ replace_ rasautou regasm regsvcs schtasks_ scriptrunner syncappvpublishingserver hh ieexec infdefaultinstall mavinject microsoft_workflow msdeploy msdt msxsl qwinsta query_ reg sc runas",
  [AS.commonWindows]: "net copy del ren type start assoc call vol ver title path ftype rd md pushd popd subst tree comp fc choice",
  [AS.cmdlet]: "invoke get set new start stop add remove import export out select where foreach write read test convertto convertfrom iex iwr irm",
});
