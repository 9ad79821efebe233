/** Words: functions and objects of PHP, JavaScript on a server, Python, Ruby and Perl that run, read or send. */
import { type WordTable, wordTable } from "../../lexicon.ts";

export const AS = {
  /** A function of which prose knows nothing. */
  call: 1,
  /** A function with a name of everyday. */
  commonCall: 2,
  /** An array of PHP that holds what a caller sent. */
  global: 3,
  /** An object of a server's JavaScript. */
  process: 4,
  /** Its members, and modules, that run something. */
  runner: 5,
  /** An object of a language that has methods that run something. */
  kernel: 6,
  /** A setting of PHP. */
  setting: 7,
  require: 8,
  loop: 9,
  phpTag: 10,
  /** Names of Python that reach everything. */
  dunder: 11,
} as const;

export const SCRIPT: WordTable = wordTable({
  [AS.call]:
    "base64_decode base64_encode gzinflate gzuncompress gzdecode gzdeflate bzdecompress str_rot13 convert_uudecode shell_exec passthru proc_open proc_nice proc_terminate pcntl_exec pcntl_fork phpinfo phpversion php_uname php_sapi_name fsockopen pfsockopen file_put_contents file_get_contents call_user_func call_user_func_array create_function preg_replace_callback curl_init curl_exec curl_multi_exec get_defined_vars get_defined_functions get_cfg_var getmyuid getmyinode posix_getegid posix_getuid posix_getpwuid posix_kill posix_mkfifo posix_setuid var_dump print_r array_map array_filter array_walk usort_ uasort uksort array_diff_uassoc array_udiff register_shutdown_function register_tick_function ob_start set_error_handler spl_autoload_register iterator_apply move_uploaded_file fputs fpassthru readgzfile highlight_file show_source php_strip_whitespace parse_ini_file symlink openlog syslog mysql_query mysqli_query pg_query sqlite_open escapeshellcmd escapeshellarg error_log ini_set ini_get ini_restore dl_ extract_ parse_str import_request_variables apache_setenv is_callable function_exists readfile opendir scandir rmdir ftp_connect ftp_put wp_remote_get extractvalue_ __import__ execfile execsync spawnsync exec_file_sync execfilesync win32_create_service expect_popen imap_open get_current_user disk_free_space json_decode unserialize serialize_ simplexml_load_string simplexml_load_file xslt_process bin2hex hex2bin chmod_r is_array is_dir is_file filesize filegroup fileowner fileperms stream_context_create stream_socket_client stream_get_contents mb_send_mail mb_ereg_replace ctype_alpha array_shift array_push session_start session_id inet_pton",
  [AS.commonCall]: "exec eval system popen assert chr ord unlink fopen fwrite fread include require include_once require_once preg_replace substr implode explode mail print echo die exit sprintf printf phpcredits sleep usleep spawn fork compile globals locals getattr open basename dirname copy rename mkdir touch chmod chown glob current reset end sizeof pos join count strrev ucfirst trim md5 sha1 crc32 rand date time define constant usort dl extract",
  [AS.global]: "_get _post _request _cookie _server _files _env _session globals http_raw_post_data http_get_vars http_post_vars http_cookie_vars http_server_vars http_env_vars http_post_files argv argc php_self",
  [AS.process]: "process global module root",
  [AS.runner]: "mainmodule child_process execsync spawnsync binding dlopen constructor env exit kill require execpath argv umask chdir",
  [AS.kernel]: "os subprocess kernel open3 pty commands io pickle ctypes shutil socket importlib",
  [AS.setting]: "allow_url_include allow_url_fopen auto_prepend_file auto_append_file disable_functions open_basedir safe_mode suhosin register_globals magic_quotes_gpc display_errors error_prepend_string extension_dir mbstring opcache cgi_ zend_extension session_save_path sendmail_path precision extension",
  [AS.require]: "require import",
  [AS.loop]: "while for",
  [AS.phpTag]: "php",
  [AS.dunder]: "__class__ __mro__ __globals__ __builtins__ __subclasses__ __bases__ __getitem__ __reduce__ __code__",
});
