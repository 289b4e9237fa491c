#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/limits.h"

static struct arena *arena;
static char folder[] = "/tmp/doorward-config-XXXXXX";

/* The least that is accepted, one line a setting, for others to change. */
static const char *const least[] = {
	"[site]", "url = https://example.com",
	"[api]", "key = " UNIT_KEY, "secret = " UNIT_SECRET,
	"[keys]", "master = " UNIT_MASTER,
	"[database]", "name = doorward", "user = doorward",
	"[mail]", "sender = no-reply@example.com"
};

/* The least, with the line that starts with from replaced (NULL: none). */
static struct str
with(const char *from, const char *to)
{
	struct buf b;
	size_t i;
	bool done = from == NULL;

	buf_init(&b, arena, 256 * 1024);
	for (i = 0; i < COUNT(least); i++) {
		if (from != NULL && str_starts(str_of(least[i]),
		    str_of(from))) {
			buf_printf(&b, "%s\n", to);
			done = true;
		} else {
			buf_printf(&b, "%s\n", least[i]);
		}
	}
	must(done);
	return buf_view(&b);
}

static struct str
added(const char *lines)
{
	return str_printf(arena, "%s%s", with(NULL, NULL).p, lines);
}

static struct config *
good(struct str text)
{
	struct config *cfg = NULL;
	const char *error = NULL;

	if (!config_parse(arena, text, "/etc/d/doorward.conf", &cfg, &error))
		fail_msg("refused: %s", error);
	return cfg;
}

static const char *
bad(struct str text)
{
	struct config *cfg = NULL;
	const char *error = NULL;

	if (config_parse(arena, text, "/etc/d/doorward.conf", &cfg, &error))
		fail_msg("accepted: %.*s", STR_FMT(text));
	assert_null(cfg);
	return error;
}

static struct config *
good_url(const char *url)
{
	return good(with("url", str_printf(arena, "url = %s", url).p));
}

static const char *
bad_url(const char *url)
{
	return bad(with("url", str_printf(arena, "url = %s", url).p));
}

static void
test_least_configuration_is_accepted_with_safe_defaults(void **state)
{
	struct config *cfg = good(with(NULL, NULL));

	(void)state;
	assert_str(cfg->site_url, "https://example.com");
	assert_true(cfg->sott_required);
	assert_false(cfg->compat_reveal_account_existence);
	assert_int_equal(cfg->password_argon2_memory_kib, 19456);
	assert_int_equal(cfg->password_argon2_passes, 2);
	assert_int_equal(cfg->database_hosts.n, 1);
	assert_str(cfg->database_hosts.items[0], "localhost");
	assert_str(cfg->mail_transport, "sendmail");
	assert_str(cfg->mail_sender_name, "Doorward");
	assert_null(cfg->api_previous_secret.p);
	assert_int_equal(cfg->cors_origins.n, 0);
}

static void
test_quotes_comments_blanks_and_crlf(void **state)
{
	struct config *cfg;

	(void)state;
	cfg = good(added("# comment\r\n  ; another = one\r\n\r\n"
	    "[ site ]\r\n\tname =  \" Caf\xc3\xa9 # ; \"x\" \" \r\n"
	    "home_url=https://example.com/a#b;c\r\n"
	    "[database]\nprefix =\npassword = \"quoted\"\n"));
	assert_str(cfg->site_name, " Caf\xc3\xa9 # ; \"x\" ");
	assert_str(cfg->site_home_url, "https://example.com/a#b;c");
	assert_str(cfg->database_prefix, "");
	assert_str(secret_view(&cfg->database_password), "quoted");
}

static void
test_byte_order_mark_is_skipped(void **state)
{
	(void)state;
	good(str_printf(arena, "\xef\xbb\xbf%s", with(NULL, NULL).p));
}

static void
test_unknown_key_names_line_and_nearest_key(void **state)
{
	const char *e;

	(void)state;
	e = bad(added("[mail]\nsendr_name = x\n"));
	assert_has(e, "/etc/d/doorward.conf:14: ");
	assert_has(e, "mail.sendr_name");
	assert_has(e, "did you mean mail.sender_name?");
	e = bad(added("[mail]\nargon2_passes = 3\n"));
	assert_has(e, "did you mean password.argon2_passes?");
}

static void
test_unknown_section_names_line_and_nearest_section(void **state)
{
	const char *e;

	(void)state;
	e = bad(added("\n[datbase]\n"));
	assert_has(e, ":14: ");
	assert_has(e, "did you mean [database]?");
}

static void
test_repeated_key_names_both_lines(void **state)
{
	const char *e;

	(void)state;
	e = bad(added("[site]\nurl = https://example.org\n"));
	assert_has(e, ":14: site.url was set before, in line 2");
}

static void
test_wrong_values_name_line_and_what_was_expected(void **state)
{
	static const struct { const char *lines, *says; } cases[] = {
		{ "[mail]\nport = 0\n", ":14: mail.port: a whole number from "
		    "1 to 65535 was expected" },
		{ "[mail]\nport = 25x\n", "whole number" },
		{ "[mail]\nport =\n", "whole number" },
		{ "[mail]\nport = -1\n", "whole number" },
		{ "[mail]\nport = 99999999999999999999\n", "whole number" },
		{ "[sott]\nrequired = maybe\n", "true or false" },
		{ "[mail]\nsecurity = ssl\n",
		    "one of starttls|tls|plain was expected" },
		{ "[mail]\nsecurity = starttls|tls\n", "one of" },
		{ "[site]\nname = \"x\n", "must end with one" },
		{ "[site]\nname\n", "\"key = value\"" },
		{ "[site\n", "a section is written [name]" },
		{ "[site]\nname = a\x01\n", "control characters" },
		{ "[site]\nname = \xc3\n", "not UTF-8" },
		{ "[site]\nname = \xc0\xaf\n", "not UTF-8" },
		{ "[site]\nname = \xed\xa0\x80\n", "not UTF-8" },
		{ "[site]\nname =\n", "a name was expected" },
		{ "[database]\nprefix = a-b\n", "underscores" },
		{ "[database]\nprefix = abcdefghijklmnopq\n", "at most 16" },
		{ "[database]\nhosts =\n", "at least one server" },
		{ "[api]\nallowed_ips = 192.0.2.0/33\n", "192.0.2.0/33 is "
		    "not an address or network" },
		{ "[api]\nallowed_ips = 10.0.0.0/8, host\n", "host is not" },
		{ "[proxy]\ntrusted = 2001:db8::/129\n", "is not" },
		{ "[proxy]\ntrusted = 192.0.2.1/\n", "is not" },
		{ "[cors]\norigins = https://app.example.com/\n",
		    "is not an origin" },
		{ "[cors]\norigins = *\n", "is not an origin" },
		{ "[cors]\norigins = https://App.example.com\n",
		    "is not an origin" },
		{ "[cors]\norigins = https://app.example.com:443\n",
		    "is not an origin" },
		{ "[urls]\nallow = javascript:alert(1)\n", "urls.allow" },
		{ "[urls]\nallow = app.example.com\n", "urls.allow" },
		{ "[site]\nhome_url = javascript:x\n", "site.home_url" },
		{ "[site]\nprivacy_url = privacy\n", "site.privacy_url" },
		{ "[privacy]\nmode = lax\n", "one of off|moderated|" },
		{ "[privacy]\nmode = strict\n",
		    "privacy.versions: at least one" },
		{ "[privacy]\nversions = 1.0\n",
		    "privacy.versions: VERSION@DATE" },
		{ "[privacy]\nversions = 1@2026-01-01 2@2026-02-30\n",
		    "privacy.versions: VERSION@DATE" },
		{ "[privacy]\nversions = @2026-01-01\n",
		    "privacy.versions: VERSION@DATE" },
		{ "[privacy]\nversions = 1@2026-01-01, 1@2027-01-01\n",
		    "privacy.versions: a version can begin but once" },
		{ "[captcha]\nprovider = none\n", "one of off|altcha|" },
		{ "[captcha]\non = register\n", "needs a captcha.provider" },
		{ "[captcha]\nprovider = altcha\non = register sign_in\n",
		    ":15: captcha.on: sign_in is no operation" },
		{ "[captcha]\nprovider = hcaptcha\nsecret = x\n",
		    "captcha.site_key: is required" },
		{ "[captcha]\nprovider = qq\nsite_key = x\n",
		    "captcha.secret: is required" },
		{ "[captcha]\nverify_url = ftp://x\n",
		    "captcha.verify_url: an http" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_has(bad(added(cases[i].lines)), cases[i].says);
}

static void
test_nul_in_the_file_is_refused(void **state)
{
	struct str text = str_dup(arena, added("[site]\nname = ab\n"));
	char *at = (char *)(uintptr_t)text.p + text.len - 2;

	(void)state;
	*at = '\0';
	assert_has(bad(text), ":14: the line holds control characters");
}

static void
test_setting_before_any_section_is_refused(void **state)
{
	(void)state;
	assert_has(bad(STR("url = https://example.com\n")),
	    ":1: a setting before the first [section]");
}

static void
test_line_of_64_kib_is_read_whole_and_longer_refused(void **state)
{
	const char start[] = "allow = https://example.com/";
	struct config *cfg;
	struct buf b;

	(void)state;
	buf_init(&b, arena, 256 * 1024);
	buf_cstr(&b, added("[urls]\n").p);
	buf_cstr(&b, start);
	while (b.len - added("[urls]\n").len < LIMIT_CONFIG_LINE)
		buf_char(&b, 'a');
	cfg = good(buf_view(&b));
	assert_int_equal(cfg->urls_allow.n, 1);
	assert_int_equal(cfg->urls_allow.items[0].len,
	    LIMIT_CONFIG_LINE - strlen("allow = "));
	buf_char(&b, 'a');
	assert_has(bad(buf_view(&b)), ":14: the line is longer than 65536");
}

static void
test_lists_split_at_blanks_and_commas(void **state)
{
	struct config *cfg;

	(void)state;
	cfg = good(added("[database]\nhosts = db1.example.com, ,"
	    "db2.example.com:3307\t/run/mysqld.sock,\n"
	    "[api]\nallowed_ips = 192.0.2.0/24 2001:db8::/32 198.51.100.7\n"));
	assert_int_equal(cfg->database_hosts.n, 3);
	assert_str(cfg->database_hosts.items[1], "db2.example.com:3307");
	assert_str(cfg->database_hosts.items[2], "/run/mysqld.sock");
	assert_int_equal(cfg->api_allowed_ips.n, 3);
	assert_true(list_has(&cfg->database_hosts, STR("DB1.example.com")));
	assert_false(list_has(&cfg->database_hosts, STR("db1")));
}

static void
test_required_settings_are_asked_for_by_name(void **state)
{
	static const char *const names[][2] = {
		{ "url", "site.url" }, { "key", "api.key" },
		{ "secret", "api.secret" }, { "master", "keys.master" },
		{ "name", "database.name" }, { "user", "database.user" },
		{ "sender", "mail.sender" }
	};
	size_t i;
	const char *e;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		e = bad(with(names[i][0], "# gone"));
		assert_has(e, str_printf(arena, "conf: %s: is required",
		    names[i][1]).p);
	}
}

static void
test_site_url_gives_origin_and_base(void **state)
{
	struct config *cfg;

	(void)state;
	cfg = good_url("HTTPS://Example.COM:443/");
	assert_str(cfg->site_origin, "https://example.com");
	assert_str(cfg->site_base, "");
	assert_true(cfg->site_https);
	assert_false(cfg->site_loopback);
	cfg = good_url("https://example.com:8443/Auth/v1/");
	assert_str(cfg->site_origin, "https://example.com:8443");
	assert_str(cfg->site_base, "/Auth/v1");
	cfg = good_url("http://localhost:8080");
	assert_str(cfg->site_origin, "http://localhost:8080");
	assert_true(cfg->site_loopback);
	assert_false(cfg->site_https);
	assert_true(good_url("http://127.0.0.7:80/x")->site_loopback);
	assert_str(good_url("http://127.0.0.7:80/x")->site_origin,
	    "http://127.0.0.7");
	assert_true(good_url("http://[::1]:8080")->site_loopback);
	assert_str(good_url("http://[::1]:8080")->site_origin,
	    "http://[::1]:8080");
}

static void
test_site_url_of_other_forms_is_refused(void **state)
{
	static const char *const urls[] = {
		"example.com", "ftp://example.com", "https://",
		"https:///x", "https://example.com?x=1",
		"https://example.com/#x", "https://ada@example.com",
		"https://example.com:0", "https://example.com:65536",
		"https://example.com:", "https://example.com:80x",
		"https://example..com", "https://-a.example.com",
		"https://example.com//a", "https://example.com/a/../b",
		"https://example.com/a//", "https://example.com/%61",
		"https://exa mple.com", "https://b\xc3\xbc" "cher.example",
		"https://example.com\\a", "https://[::1", "https://[x]/",
		"http://example.com", "http://localhost.example.com",
		"http://128.0.0.1", "http://[::2]"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(urls); i++)
		assert_has(bad_url(urls[i]), ":2: site.url: ");
}

static void
test_secrets_short_malformed_or_samples_are_refused(void **state)
{
	static const char *const secrets[] = {
		"secret", "00000000-0000-0000-0000-000000000000",
		"11111111-2222-3333-4444-555555555555",
		"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
		"12345678-1234-1234-1234-123456789abc",
		"01234567-89ab-cdef-0123-456789abcdef",
		"5b0d6c7e1f2a4b3c8d9e0a1b2c3d4e5f",
		"5b0d6c7e-1f2a-4b3c-8d9e-0a1b2c3d4e5g",
		UNIT_KEY
	};
	static const char *const masters[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"3d1c9be07a5f42686e1d0b93f7a8c4523d1c9be07a5f42686e1d0b93f7a8c452",
		"3d1c9be07a5f42686e1d0b93f7a8c452",
		UNIT_MASTER "00", "x" UNIT_MASTER
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(secrets); i++) {
		assert_has(bad(with("secret", str_printf(arena,
		    "secret = %s", secrets[i]).p)), "5: api.secret: ");
		if (i < COUNT(secrets) - 1)
			assert_has(bad(with("key", str_printf(arena,
			    "key = %s", secrets[i]).p)), "4: api.key: ");
	}
	for (i = 0; i < COUNT(masters); i++)
		assert_has(bad(with("master", str_printf(arena,
		    "master = %s", masters[i]).p)), ":7: keys.master: ");
	assert_has(bad(added("[keys]\nprevious_master = 12\n")),
	    "keys.previous_master: ");
	assert_has(bad(added("[api]\nprevious_secret = 12\n")),
	    "api.previous_secret: ");
}

/* S-133: nothing else of the owner's file is touched. */
static void
test_one_setting_is_changed_in_its_place(void **state)
{
	static const struct { const char *from, *key, *to; } edits[] = {
		{ "# a\n[keys]\n  master=1 \n; b\n[api]\nmaster = 2\n",
		  "master",
		  "# a\n[keys]\nmaster = new\n; b\n[api]\nmaster = 2\n" },
		{ "[api]\nmaster = 2\n[ keys ]\n#master = 0\nother = 3",
		  "master",
		  "[api]\nmaster = 2\n[ keys ]\nmaster = new\n#master = 0\n"
		  "other = 3" },
		{ "[keys]\na = 1\n[api]\nb = 2\n[keys]\nmaster = 3", "master",
		  "[keys]\na = 1\n[api]\nb = 2\n[keys]\nmaster = new" },
		{ "[keys]\r\nmaster = 1\r\nb = 2\r\n", "b",
		  "[keys]\r\nmaster = 1\r\nb = new\n" },
		{ "[keys]", "master", "[keys]\nmaster = new" },
		{ "[api]\nb = 2\n", "master",
		  "[api]\nb = 2\n\n[keys]\nmaster = new\n" },
		{ "", "master", "\n[keys]\nmaster = new\n" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(edits); i++)
		assert_str(config_with(arena, str_of(edits[i].from), "keys",
		    edits[i].key, STR("new")), edits[i].to);
}

static void
test_up_to_16_earlier_masters_are_read(void **state)
{
	struct config *cfg;
	struct list earlier;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, arena, 4096);
	buf_cstr(&b, "[keys]\nprevious_master =");
	for (i = 0; i < 16; i++)
		buf_printf(&b, " %02x%s", i, "8f0e1d2c3b4a59687f6e5d4c3b2a1908"
		    "f1e2d3c4b5a69788796a5b4c3d2e1f");
	cfg = good(added(buf_view(&b).p));
	earlier = config_earlier_masters(arena, cfg);
	assert_int_equal(earlier.n, 16);
	assert_true(str_starts(earlier.items[15], STR("0f8f0e")));
	buf_printf(&b, " aa%s", "8f0e1d2c3b4a59687f6e5d4c3b2a1908"
	    "f1e2d3c4b5a69788796a5b4c3d2e1f");
	assert_has(bad(added(buf_view(&b).p)), "more than 16");
}

static void
test_refusals_never_show_a_secret(void **state)
{
	const char *e;

	(void)state;
	e = bad(with("secret", "secret = tell-nobody-of-this"));
	assert_null(strstr(e, "tell-nobody"));
	e = bad(with("master", "master = tell-nobody-of-this"));
	assert_null(strstr(e, "tell-nobody"));
}

static void
test_sender_must_be_a_plain_address(void **state)
{
	static const char *const senders[] = {
		"Doorward <a@example.com>", "a", "a@", "@example.com",
		"a@b@example.com", "a b@example.com", ".a@example.com",
		"a@example.com.", "a@-x.example.com",
		"\xc3\xa9@example.com", "a@b\xc3\xbc" "cher.example"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(senders); i++)
		assert_has(bad(with("sender", str_printf(arena,
		    "sender = %s", senders[i]).p)), ":12: mail.sender: ");
}

static void
test_test_settings_are_for_loopback_sites_only(void **state)
{
	static const char *const lines[] = {
		"[test]\nclock_file = x\n", "[test]\nfault_file = x\n",
		"[mail]\ntransport = file\ndir = out\n",
		"[password]\nargon2_memory_kib = 8\n",
		"[password]\nargon2_passes = 1\n"
	};
	const char *local;
	size_t i;

	(void)state;
	local = with("url", "url = http://localhost").p;
	for (i = 0; i < COUNT(lines); i++) {
		assert_has(bad(added(lines[i])), ":14: ");
		good(str_printf(arena, "%s%s", local, lines[i]));
	}
	assert_has(bad(str_printf(arena, "%s[mail]\ntransport = file\n",
	    local)), "mail.dir: is required");
}

static void
test_equally_strong_hash_settings_are_accepted(void **state)
{
	(void)state;
	good(added("[password]\nargon2_memory_kib = 12288\n"
	    "argon2_passes = 3\n"));
	good(added("[password]\nargon2_memory_kib = 7168\n"
	    "argon2_passes = 5\n"));
	bad(added("[password]\nargon2_memory_kib = 7168\n"
	    "argon2_passes = 4\n"));
}

static void
test_file_settings_are_relative_to_the_configuration(void **state)
{
	struct config *cfg;

	(void)state;
	cfg = good(added("[log]\nfile = log/x.log\n[state]\ndir = /var/x\n"
	    "[templates]\nsite_dir = ../own\n"));
	assert_str(cfg->log_file, "/etc/d/log/x.log");
	assert_str(cfg->state_dir, "/var/x");
	assert_str(cfg->templates_site_dir, "/etc/d/../own");
	assert_str(cfg->mail_ca_file, "");
}

static void
test_empty_folders_stand_beside_the_programs_folder(void **state)
{
	struct config *cfg = good(with(NULL, NULL));
	char *here = realpath("/proc/self/exe", NULL), *slash;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		slash = strrchr(here, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	assert_str(cfg->program_dir, here);
	assert_str(cfg->state_dir, str_printf(arena, "%s/var", here).p);
	assert_str(cfg->templates_dir, str_printf(arena, "%s/templates",
	    here).p);
	free(here);
}

static const char *
put(const char *name, struct str text, mode_t mode)
{
	const char *path = str_printf(arena, "%s/%s", folder, name).p;
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.len), (ssize_t)text.len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void
test_secret_from_a_file_loses_its_line_end(void **state)
{
	struct config *cfg;
	const char *path, *e;

	(void)state;
	path = put("secret", STR(UNIT_SECRET "\n"), 0600);
	cfg = good(with("secret", str_printf(arena, "secret = file:%s",
	    path).p));
	assert_str(secret_view(&cfg->api_secret), UNIT_SECRET);
	put("secret", STR(UNIT_SECRET "\n"), 0604);
	e = bad(with("secret", str_printf(arena, "secret = file:%s",
	    path).p));
	assert_has(e, "others cannot read");
	e = bad(with("secret", "secret = file:nowhere"));
	assert_has(e, ":5: cannot read /etc/d/nowhere");
	e = bad(with("secret", str_printf(arena, "secret = file:%s",
	    folder).p));
	assert_has(e, "must be a file");
}

static void
test_file_open_to_others_is_refused(void **state)
{
	struct config *cfg = NULL;
	const char *error = NULL, *path;
	mode_t mode;

	(void)state;
	for (mode = 1; mode < 0100; mode <<= 1) {
		path = put("doorward.conf", with(NULL, NULL), 0600 | mode);
		assert_false(config_read(arena, path, &cfg, &error));
		assert_has(error, "chmod 600");
	}
	put("doorward.conf", with(NULL, NULL), 0600);
	assert_true(config_read(arena, path, &cfg, &error));
	assert_str(cfg->file, path);
	assert_false(config_read(arena, folder, &cfg, &error));
	assert_has(error, "is not a file");
	assert_false(config_read(arena, "/nowhere/x", &cfg, &error));
	assert_has(error, "/nowhere/x: No such file");
}

static void
test_relative_path_of_the_file_is_made_absolute(void **state)
{
	struct config *cfg = NULL;
	const char *error = NULL;
	char *was = getcwd(NULL, 0);

	(void)state;
	put("doorward.conf", added("[log]\nfile = x.log\n"), 0600);
	assert_int_equal(chdir(folder), 0);
	assert_true(config_read(arena, "doorward.conf", &cfg, &error));
	assert_int_equal(chdir(was), 0);
	assert_str(cfg->log_file, str_printf(arena, "%s/x.log", folder).p);
	free(was);
}

static void
test_file_is_found_by_argument_then_environment(void **state)
{
	(void)state;
	setenv("DOORWARD_CONFIG", "/b", 1);
	assert_string_equal(config_find(arena, "/a"), "/a");
	assert_string_equal(config_find(arena, NULL), "/b");
	setenv("DOORWARD_CONFIG", "", 1);
	assert_null(config_find(arena, NULL));
	unsetenv("DOORWARD_CONFIG");
	assert_null(config_find(arena, NULL));
}

/* Uncommented, the sample's defaults are read back to the same values. */
static void
test_sample_holds_every_setting_with_its_default(void **state)
{
	struct str sample = config_sample(arena), rest = sample, line;
	struct config *plain = good(with(NULL, NULL)), *cfg;
	struct buf b;
	size_t n = 0;

	(void)state;
	assert_has(bad(sample), "site.url: is required");
	buf_init(&b, arena, 256 * 1024);
	while (str_split(&rest, '\n', &line)) {
		assert_true(line.len < 80);
		if (str_starts(line, STR("#")) &&
		    !str_starts(line, STR("# "))) {
			n++;
			line = str_sub(line, 1, SIZE_MAX);
			if (str_ends(line, STR("=")))
				continue;
		}
		buf_printf(&b, "%.*s\n", STR_FMT(line));
	}
	assert_int_equal(n, settings_count);
	cfg = good(str_printf(arena, "%s%s", with(NULL, NULL).p, b.p));
	assert_str(cfg->site_name, plain->site_name.p);
	assert_int_equal(cfg->limits_requests_per_s,
	    plain->limits_requests_per_s);
	assert_int_equal(cfg->database_hosts.n, 1);
	assert_str(cfg->compat_secret_in_query, "api_v2");
}

/* Any cut of a good file is an answer, never a crash (S-149). */
static void
test_truncated_file_is_answered(void **state)
{
	struct str text = added("[site]\nname = \"\xc3\xa9\"\n");
	struct config *cfg;
	const char *error;
	size_t i, ok = 0;

	(void)state;
	for (i = 0; i < text.len; i++) {
		cfg = NULL;
		error = NULL;
		if (config_parse(arena, str_dup(arena, str_sub(text, 0, i)),
		    "x", &cfg, &error)) {
			assert_non_null(cfg);
			ok++;
		} else {
			assert_non_null(error);
		}
	}
	assert_true(ok > 0 && ok < 30);
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	const char *const names[] = { "secret", "doorward.conf" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		unlink(str_printf(arena, "%s/%s", folder, names[i]).p);
	rmdir(folder);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_least_configuration_is_accepted_with_safe_defaults),
		cmocka_unit_test(test_quotes_comments_blanks_and_crlf),
		cmocka_unit_test(test_byte_order_mark_is_skipped),
		cmocka_unit_test(test_unknown_key_names_line_and_nearest_key),
		cmocka_unit_test(
		    test_unknown_section_names_line_and_nearest_section),
		cmocka_unit_test(test_repeated_key_names_both_lines),
		cmocka_unit_test(
		    test_wrong_values_name_line_and_what_was_expected),
		cmocka_unit_test(test_nul_in_the_file_is_refused),
		cmocka_unit_test(test_setting_before_any_section_is_refused),
		cmocka_unit_test(
		    test_line_of_64_kib_is_read_whole_and_longer_refused),
		cmocka_unit_test(test_lists_split_at_blanks_and_commas),
		cmocka_unit_test(test_required_settings_are_asked_for_by_name),
		cmocka_unit_test(test_site_url_gives_origin_and_base),
		cmocka_unit_test(test_site_url_of_other_forms_is_refused),
		cmocka_unit_test(
		    test_secrets_short_malformed_or_samples_are_refused),
		cmocka_unit_test(test_refusals_never_show_a_secret),
		cmocka_unit_test(test_sender_must_be_a_plain_address),
		cmocka_unit_test(
		    test_test_settings_are_for_loopback_sites_only),
		cmocka_unit_test(
		    test_equally_strong_hash_settings_are_accepted),
		cmocka_unit_test(
		    test_file_settings_are_relative_to_the_configuration),
		cmocka_unit_test(
		    test_empty_folders_stand_beside_the_programs_folder),
		cmocka_unit_test(test_secret_from_a_file_loses_its_line_end),
		cmocka_unit_test(test_file_open_to_others_is_refused),
		cmocka_unit_test(
		    test_relative_path_of_the_file_is_made_absolute),
		cmocka_unit_test(
		    test_file_is_found_by_argument_then_environment),
		cmocka_unit_test(
		    test_sample_holds_every_setting_with_its_default),
		cmocka_unit_test(test_truncated_file_is_answered),
		cmocka_unit_test(test_one_setting_is_changed_in_its_place),
		cmocka_unit_test(test_up_to_16_earlier_masters_are_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
