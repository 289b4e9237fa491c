// The redirect judge against what a browser would do (S-036): Node's URL is
// the WHATWG reader that browsers have.  Whatever the judge admits must, read
// so, be an allowed place; and good addresses must be admitted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const SITE = 'https://example.com/auth';
const LISTS = [
    ['https://app.example.org/docs'],
    ['https://app.example.org', 'https://port.example.org:8443/'],
    ['https://app.example.org/docs/', 'https://xn--bcher-kva.example/a/b.c'],
    ['http://127.0.0.1:9000', 'http://[::1]:9000/cb',
        'http://localhost:8080/x'],
    ['com.example.app:/cb', 'myapp://auth', 'anyapp://'],
];

function judge(list, urls) {
    const p = spawnSync(process.env.DOORWARD_JUDGE, [SITE, list.join(' ')], {
        input: Buffer.concat(urls.map((u) => {
            const b = Buffer.from(u, 'utf8');
            return Buffer.concat([Buffer.from(`${b.length}\n`), b]);
        })), maxBuffer: 1 << 28, encoding: 'utf8' });
    assert.equal(p.status, 0, p.stderr);
    const lines = p.stdout.split('\n').slice(0, -1);
    assert.equal(lines.length, urls.length);
    return lines;
}

// What a browser makes of it.
function read(url) {
    try { return new URL(url); } catch { return null; }
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

function below(path, prefix) {
    const p = prefix.replace(/\/$/, '');
    return path === p || path.startsWith(`${p}/`) ||
        (p === '' && path === '');
}

// Is the place that a browser would go to one that the list names?
function allowed(u, list) {
    if (u === null || u.username !== '' || u.password !== '')
        return false;
    if (u.protocol === 'http:' && !LOOPBACK.test(u.hostname))
        return false;
    return [SITE, ...list].some((entry) => {
        if (entry === 'anyapp://')
            return u.protocol === 'anyapp:';
        const e = new URL(entry);
        return u.protocol === e.protocol && u.host === e.host &&
            below(u.pathname, e.pathname);
    });
}

// An admitted address: allowed, and without anything that two readers could
// take in two ways.
function held(url, verdict, list) {
    if (verdict === 'refused')
        return true;
    if (verdict.startsWith('return ')) {
        const to = verdict.slice(7), u = read(to);
        return u !== null && u.origin === new URL(SITE).origin &&
            u.username === '' && u.password === '' && to.endsWith(url) &&
            read(url) === null &&
            new URL(url, `${SITE}/login`).href === u.href;
    }
    return /^[\x21-\x7e]+$/.test(url) && !url.includes('\\') &&
        allowed(read(url), list) &&
        !/%(?:[01][0-9a-f]|2f|5c|7f)/i.test(read(url).pathname);
}

const EVIL = ['evil.example', 'evil.example:443', '127.0.0.1', '[::1]',
    'app.example.org.evil.example', 'evil-app.example.org',
    'app.example.orgevil.example', 'app.example.org.', '.app.example.org',
    'app.example', 'app..example.org', 'app.example.org:444',
    'app.example.org:0443', 'app.example.org:', 'app.example.org:65979',
    'app.example.org:443:443', 'app.example.org:+443',
    'app.ex%61mple.org', 'app%2eexample.org', 'app.example.org%00',
    'app.example.org%2f', 'app.example.org%5c', 'app.example.org%09',
    'app.example.org%23', 'app.example.org%3f', 'app.example.org%40',
    'app\u3002example\u3002org', 'app\uff0eexample.org',
    '\uff41pp.example.org', '\u0430pp.example.org', 'app.ex\u00e4mple.org',
    'app.example.\u1d3crg', 'app.ex\u00admple.org', 'app.example\u200b.org',
    'xn--pp-7kc.example.org', 'b\u00fccher.example', 'B\u00dcCHER.example',
    '2130706433', '2130706433:9000', '0x7f000001:9000', '0x7f.1:9000',
    '017700000001:9000', '0177.0.0.1:9000', '127.1:9000', '127.0.1:9000',
    '127.0.0.1.:9000', '127.0.0.01:9000', '127.0.0.1:9001', '0:9000',
    '0.0.0.0:9000', '127.0.0.2:9000', '1.0.0.127:9000',
    '[::ffff:127.0.0.1]:9000', '[0:0:0:0:0:0:0:1]:9000', '[::01]:9000',
    '[::1%25lo]:9000', '[::1]9000', '[::1', '::1:9000', '[::]:9000',
    'localhost.:8080', 'localhost:8081', 'LOCALHOST:8080', 'local:8080',
    'loc%61lhost:8080', 'localhost.evil.example:8080', 'auth2', 'auth.',
    'Auth', 'auth@evil', 'auth:1', '', '@', ':', '.', '..', '/', '?', '#',
    '%', ' ', '\t', '*', 'a,b', 'a;b', '[', ']', '[]', '[a]'];
const GOOD = ['app.example.org', 'port.example.org:8443', '127.0.0.1:9000',
    '[::1]:9000', 'localhost:8080', 'xn--bcher-kva.example', 'auth',
    'example.com'];
const SCHEMES = ['https', 'http', 'HTTPS', 'hTtP', 'ftp', 'ws', 'wss',
    'file', 'javascript', 'JavaScript', 'data', 'vbscript', 'blob', 'about',
    'view-source', 'filesystem', 'intent', 'mailto', 'myapp', 'anyapp',
    'com.example.app', 'h\tttps', 'https\n', ' https', '\u0001https',
    'htt\u0440s', 'https%3a', '1https', 'https.', '+https', ''];
const SLASHES = [':', ':/', '://', ':///', ':////', ':\\\\', ':/\\', ':\\/',
    '://\\', ':\t//', ':/\t/', ':/\n/', ': //', '//', '///', '\\\\', '/\\',
    '\\/', '/\t/', '/'];
const USERS = ['user@', 'user:pw@', '@', ':@', 'a@b@', '%40@', '\\@',
    'app.example.org@', 'app.example.org:443@', 'app.example.org%2f@',
    'app.example.org#@', 'app.example.org?@', 'app.example.org/@',
    'app.example.org\\@', 'app.example.org\t@', ';@', '\ud83d\ude80@'];
const PATHS = ['', '/', '/docs', '/docs/', '/docss', '/docs.', '/doc',
    '/DOCS', '/docs%20', '/docs%2f..', '/docs/..', '/docs/../',
    '/docs/../admin', '/docs/./../admin', '/docs/%2e%2e/admin',
    '/docs/%2E%2e/admin', '/docs/.%2e/admin', '/docs/%2e./admin',
    '/docs/..%2fadmin', '/docs/..%5cadmin', '/docs/..\\admin',
    '/docs\\..\\admin', '/docs/\\evil.example', '/docs/..;/admin',
    '/docs/%2e%2e;x/admin', '/docs/%252e%252e/admin', '/docs/.../admin',
    '/docs/x/../../admin', '/docs//../../admin', '/docs/..//admin',
    '/docs/\t../admin', '/docs/.\t./admin', '/docs/.\n./admin',
    '/docs/\r\nX-Evil: 1', '/docs/%0d%0aX-Evil:%201', '/docs/%00',
    '/docs/%zz', '/docs/%', '/docs/%c0%ae%c0%ae/admin', '/docs/\u0000',
    '/docs/\u3002\u3002/admin', '/docs/\u2024\u2024/admin', '/docs/"x',
    '/docs/<x>', '/docs/{x}', '/docs/|', '/docs/^', '/docs/`',
    '/./docs/../docs2', '//docs', '/x/../docs/../..', '/docs?x',
    '/docs/../admin?/docs/', '/admin#/docs', '/docs#/../admin', '/cb',
    '/cbx', '/cb/../x', '/x', '/x/..', '/a/b.c', '/a/b_c', '/a/bxc',
    '/auth', '/authx', '/auth/../x', '/auth/%2e%2e/x',
    `/docs/${'a/'.repeat(1100)}`, `/${'../'.repeat(300)}docs/..`];
const TEXTS = ['', ' ', '\n', '\0', '#', '?', '.', '..', '*', 'null',
    'undefined', 'docs', 'docs/', './docs', '../docs', '/docs\\..',
    '/\\evil.example', '/\t/evil.example', '/%09/evil.example',
    '/%2f/evil.example', '/.//evil.example', '/..//evil.example',
    '/x/..//evil.example', '/%2e//evil.example', '//evil.example/%2f..',
    '///evil.example', '/;/../\\evil.example', '/\u2028/evil.example',
    '/\uff0f/evil.example', '/ /evil.example', '/\r/evil.example',
    'https://app.example.org/docs https://evil.example',
    'https://app.example.org/docs\nhttps://evil.example',
    'https://app.example.org/docs,https://evil.example',
    ' https://app.example.org/docs', 'https://app.example.org/docs ',
    '\ufeffhttps://app.example.org/docs', 'URL=https://evil.example',
    '0;url=https://evil.example', `https://${'a'.repeat(300)}.example/docs`,
    `https://app.example.org/docs?${'x'.repeat(3000)}`];

// Every rule with its parts; the parts that are not looked at are good.
function* hostile() {
    for (const host of EVIL)
        for (const [s, path] of [['https', '/docs'], ['https', ''],
            ['http', ''], ['myapp', '/docs']])
            yield `${s}://${host}${path}`;
    for (const scheme of SCHEMES)
        for (const host of [...GOOD, 'evil.example'])
            yield `${scheme}://${host}/docs`;
    for (const slashes of SLASHES)
        for (const host of ['app.example.org', 'evil.example'])
            for (const scheme of ['https', 'http', 'anyapp', ''])
                yield `${scheme}${slashes}${host}/docs`;
    for (const user of USERS)
        for (const host of [...GOOD, 'evil.example'])
            yield `https://${user}${host}/docs`;
    for (const path of PATHS)
        for (const host of ['https://app.example.org',
            'https://xn--bcher-kva.example', 'http://[::1]:9000',
            'http://localhost:8080', 'com.example.app:', 'myapp://auth',
            'https://example.com', ''])
            yield `${host}${path}`;
    yield* TEXTS;
}

// Judges that people really write; the rules must find each of them out.
const CARELESS = {
    'by prefix': (u, list) => list.some((e) => u.startsWith(e)),
    'by search': (u, list) => list.some((e) => u.includes(
        new URL(e).host || '\0')),
    'by host alone': (u, list) => list.some((e) =>
        read(u)?.host === new URL(e).host),
    'by pattern': (u, list) => list.some((e) => {
        const [, scheme, host, path] =
            /^(.*?):(?:\/\/)?([^/]*)(.*)$/.exec(e);
        return new RegExp(`^${scheme}:(//)?([^/]*@)?${host}${path}`, 'i')
            .test(u);
    }),
};

test('S-036: hostile addresses, made by rule, are judged as a browser reads' +
    ' them', (t) => {
    const urls = [...new Set(hostile())];
    const caught = Object.fromEntries(Object.keys(CARELESS)
        .map((k) => [k, 0]));
    const outside = new Set(urls);
    let tried = 0, good = 0;
    const broken = [];
    for (const list of LISTS) {
        judge(list, urls).forEach((verdict, i) => {
            tried++;
            if (held(urls[i], verdict, list))
                good++;
            else
                broken.push([urls[i], verdict]);
            if (allowed(read(urls[i]), list)) {
                outside.delete(urls[i]);
                return;
            }
            for (const [name, careless] of Object.entries(CARELESS))
                caught[name] += careless(urls[i], list);
        });
    }
    t.diagnostic(`${urls.length} addresses, ${outside.size} of them ` +
        `hostile; tried ${tried}, held ${good}`);
    t.diagnostic(`careless judges let in: ${JSON.stringify(caught)}`);
    assert.deepEqual(broken, []);
    assert.equal(good, tried);
    assert.ok(outside.size >= 800);
    for (const [name, n] of Object.entries(caught))
        assert.ok(n > 0, `${name} was not found out`);
});

test('S-036: good addresses are admitted', (t) => {
    const table = [
        [0, 'https://app.example.org/docs'],
        [0, 'https://app.example.org/docs/'],
        [0, 'https://app.example.org/docs/a/b?c=d#e'],
        [0, 'https://app.example.org/docs?next=https://evil.example/'],
        [0, 'https://app.example.org/docs#//evil.example'],
        [0, 'HTTPS://APP.example.ORG:443/docs'],
        [0, 'https://app.example.org/x/../docs/a'],
        [0, 'https://app.example.org/docs/%2e/x'],
        [0, 'https://app.example.org/docs/%C3%A9;v=1,2'],
        [0, 'https://app.example.org/docs/a..b/...'],
        [0, 'https://example.com/auth'],
        [0, 'https://example.com/auth/login?x=1'],
        [1, 'https://app.example.org'],
        [1, 'https://app.example.org?x'],
        [1, 'https://app.example.org#/route'],
        [1, 'https://app.example.org/any//where'],
        [1, 'https://port.example.org:8443'],
        [1, 'https://port.example.org:8443/any'],
        [2, 'https://app.example.org/docs'],
        [2, 'https://app.example.org/docs/x'],
        [2, 'https://xn--bcher-kva.example/a/b.c/d'],
        [3, 'http://127.0.0.1:9000'],
        [3, 'http://127.0.0.1:9000/cb?code=1'],
        [3, 'http://[::1]:9000/cb'],
        [3, 'http://localhost:8080/x/y'],
        [4, 'com.example.app:/cb'],
        [4, 'com.example.app:/cb/done?code=1'],
        [4, 'myapp://auth'],
        [4, 'myapp://auth/done#x'],
        [4, 'anyapp://any/where'],
    ];
    for (const [n, url] of table) {
        assert.deepEqual(judge(LISTS[n], [url]), ['admitted'], url);
        assert.ok(held(url, 'admitted', LISTS[n]), url);
    }
    for (const [path, to] of [['/', 'https://example.com/'],
        ['/shop?x=1#y', 'https://example.com/shop?x=1#y'],
        ['/a/../b', 'https://example.com/a/../b']]) {
        const verdict = `return ${to}`;
        assert.deepEqual(judge(LISTS[0], [path]), [verdict]);
        assert.ok(held(path, verdict, LISTS[0]), path);
    }
    t.diagnostic(`${table.length + 3} good addresses`);
});

test('S-036: a hundred thousand mutations are judged as a browser reads them',
    (t) => {
    let state = Number(process.env.DOORWARD_SEED ?? 2463534242) >>> 0;
    const random = (n) => {
        state ^= state << 13;
        state >>>= 0;
        state ^= state >>> 17;
        state ^= state << 5;
        state >>>= 0;
        return state % n;
    };
    const pick = (a) => a[random(a.length)];
    const bits = [...EVIL, ...GOOD, ...SLASHES, ...USERS, ...PATHS,
        ...SCHEMES.map((s) => `${s}:`), '..', '/../', '%2e', '%2f', '%5c',
        '\\', '@', ':443', ':80', '#', '?', ';', '&', '.', '/', '\t', '\n',
        '%', '0', 'A', '\u00e9', '[', ']'].filter((s) => s.length < 200);
    const mutate = (s) => {
        const at = random(s.length + 1), other = pick(hosts);
        switch (random(5)) {
        case 0: return s.slice(0, at) + pick(bits) + s.slice(at);
        case 1: return s.slice(0, at) + s.slice(at + 1 + random(4));
        case 2: return s.slice(0, at) + pick(bits) + s.slice(at + 1);
        case 3: return s.slice(0, at) + other.slice(random(other.length));
        default: return s.slice(0, at) + s.slice(at).toUpperCase();
        }
    };
    const hosts = LISTS.flat().concat(SITE, `${SITE}/a`);
    let tried = 0, good = 0, admitted = 0;
    const broken = [];
    for (const list of LISTS) {
        const urls = [];
        while (urls.length < 20000) {
            let url = pick(list.concat(SITE));
            url += pick(['', '/a', '/a/b?c#d', '?c', '#d']);
            for (let n = 1 + random(3); n > 0; n--)
                url = mutate(url);
            urls.push(url);
        }
        judge(list, urls).forEach((verdict, i) => {
            tried++;
            admitted += verdict === 'admitted';
            if (held(urls[i], verdict, list))
                good++;
            else
                broken.push([urls[i], verdict]);
        });
    }
    t.diagnostic(`tried ${tried}, held ${good}; ${admitted} were admitted`);
    assert.deepEqual(broken.slice(0, 20), []);
    assert.equal(good, tried);
    assert.ok(admitted >= 1000);
});
