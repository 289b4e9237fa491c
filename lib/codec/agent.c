#include "agent.h"

#include "base/base.h"

struct mark { const char *in, *name; };

/* The first that is in it counts: browsers name those that they resemble. */
static const struct mark browsers[] = {
	{ "Edg/", "Edge" }, { "EdgA/", "Edge" }, { "EdgiOS/", "Edge" },
	{ "Edge/", "Edge" }, { "OPR/", "Opera" }, { "OPiOS/", "Opera" },
	{ "OPT/", "Opera" }, { "Opera", "Opera" },
	{ "SamsungBrowser/", "Samsung Internet" },
	{ "YaBrowser/", "Yandex Browser" }, { "Vivaldi/", "Vivaldi" },
	{ "UCBrowser/", "UC Browser" }, { "DuckDuckGo/", "DuckDuckGo" },
	{ "FxiOS/", "Firefox" }, { "Focus/", "Firefox" },
	{ "SeaMonkey/", "SeaMonkey" }, { "Firefox/", "Firefox" },
	{ "CriOS/", "Chrome" }, { "HeadlessChrome/", "Chrome" },
	{ "Chromium/", "Chromium" }, { "Chrome/", "Chrome" },
	{ "Trident/", "Internet Explorer" }, { "MSIE ", "Internet Explorer" },
	{ "Epiphany/", "Epiphany" }, { "Android", "Android Browser" },
	{ "Safari/", "Safari" }, { "AppleWebKit/", "Safari" },
	{ "okhttp/", "okhttp" }, { "Dalvik/", "Android app" },
	{ "CFNetwork/", "Apple app" }, { "curl/", "curl" },
	{ "Wget/", "Wget" }, { "python-", "Python" },
	{ "PostmanRuntime/", "Postman" }, { "Java/", "Java" },
	{ "Go-http-client/", "Go" }, { "node", "Node.js" }
};

static const struct mark systems[] = {
	{ "Windows Phone", "Windows Phone" }, { "Windows", "Windows" },
	{ "iPhone", "iOS" }, { "iPad", "iOS" }, { "iPod", "iOS" },
	{ "Android", "Android" }, { "CrOS", "ChromeOS" },
	{ "Mac OS X", "macOS" }, { "Macintosh", "macOS" },
	{ "Darwin/", "macOS" }, { "KAIOS", "KaiOS" }, { "Tizen", "Tizen" },
	{ "Ubuntu", "Ubuntu" }, { "Linux", "Linux" },
	{ "FreeBSD", "FreeBSD" }, { "OpenBSD", "OpenBSD" },
	{ "NetBSD", "NetBSD" }
};

static const struct mark devices[] = {
	{ "iPhone", "iPhone" }, { "iPad", "iPad" }, { "iPod", "iPod" },
	{ "Macintosh", "Mac" }, { "Windows NT", "PC" }, { "X11", "PC" },
	{ "CrOS", "Chromebook" }
};

static bool
has(struct str in, const char *word)
{
	return in.len > 0 &&
	    memmem(in.p, in.len, word, strlen(word)) != NULL;
}

static const char *
first(const struct mark *m, size_t n, struct str in, const char *otherwise)
{
	for (; n > 0; n--, m++)
		if (has(in, m->in))
			return m->name;
	return otherwise;
}

/* An Android that is no phone leaves "Mobile" out. */
static const char *
type_of(struct str ua)
{
	if (has(ua, "iPad") || has(ua, "Tablet") || has(ua, "Kindle") ||
	    has(ua, "Silk/") || (has(ua, "Android") && !has(ua, "Mobile") &&
	    !has(ua, "okhttp/") && !has(ua, "Dalvik/")))
		return "Tablet";
	return has(ua, "Mobi") || has(ua, "iPhone") || has(ua, "iPod") ||
	    has(ua, "Android") || has(ua, "Windows Phone") ||
	    has(ua, "okhttp/") ? "Mobile" : "Desktop";
}

#define FIRST(list, in, otherwise)	\
	first((list), COUNT(list), (in), (otherwise))

struct agent
agent_read(struct str ua)
{
	return (struct agent){
		.browser = FIRST(browsers, ua, "unknown"),
		.os = FIRST(systems, ua, "unknown"),
		.device = FIRST(devices, ua, ""),
		.type = type_of(ua)
	};
}
