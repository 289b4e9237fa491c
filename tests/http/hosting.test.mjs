// What a web server may do to a request before it reaches Doorward, and what
// must come of it on every one of them.  DOORWARD_SERVER and DOORWARD_MODE
// name the one at hand; DOORWARD_SITE is the folder of the site, of which
// 127.0.0.1 is a trusted proxy.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync,
    writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, key, mail, password, refused,
    register, secret, signedIn } from './api.mjs';
import { host, request, root, send } from './wire.mjs';

const server = process.env.DOORWARD_SERVER;
const mode = process.env.DOORWARD_MODE;
const site = process.env.DOORWARD_SITE;
// The way of shared hosting: an .htaccess, no word in the server's own files.
const shared = /^(htaccess|suexec)/.test(mode);
const apache = server === 'apache';
const INFO = '/identity/v2/serverinfo';
const LOGIN = `${AUTH}/login`;
const CHECK = `${AUTH}/access_token/validate`;
const KEY = `X-Doorward-ApiKey: ${key}`;
const JSON_TYPE = 'Content-Type: application/json';
const WRONG = '{"email":"nobody@example.com","password":"x"}';

const get = (path, ...lines) => request('GET', path, [KEY, ...lines]);
const post = (lines, body = '', options = {}) => request('POST', LOGIN,
    [KEY, JSON_TYPE, ...lines], body, options);
const chunked = (text, size = 1000) => (text.match(
    new RegExp(`[^]{1,${size}}`, 'g')) ?? []).map((part) =>
    `${part.length.toString(16)}\r\n${part}\r\n`).join('') + '0\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked';
const length = (text) => `Content-Length: ${text.length}`;

// A refusal of ours has its code; one of the server only its status.
function ours(a, status, code, where) {
    assert.ok(a.ours, `${where}: not ours: ${a.text.slice(0, 200)}`);
    assert.equal(a.status, status, where);
    if (code !== undefined)
        assert.equal(a.json?.ErrorCode, code, where);
}

async function until(what, look) {
    for (let i = 0; i < 150; i++) {
        const found = await look();
        if (found)
            return found;
        await new Promise((done) => setTimeout(done, 100));
    }
    assert.fail(`waited in vain for ${what}`);
}

// Our own log's line of a request.
const logged = (a) => until('the log', () => {
    const id = a.header('x-request-id');
    const line = readFileSync(join(site, 'log/doorward.log'), 'utf8')
        .split('\n').find((l) => l.includes(id));
    return line && JSON.parse(line);
});

test('S-109: a query without "=" is no argument', async () => {
    for (const query of ['migrate+--drop%3Dall', '--help', '-x+y',
        'version', '--config+/dev/null']) {
        const a = await get(`${INFO}?${query}`);
        ours(a, 200, undefined, query);
        assert.match(a.json.CurrentTime, /^\d{4}-/);
        ours(await request('POST', `${LOGIN}?${query}`, [KEY, JSON_TYPE,
            length(WRONG)], WRONG), 401, 966, query);
    }
});

test('S-110: paths are decoded once, by us', async () => {
    for (const path of ['/identity/v2/%73erverinfo', `${INFO}/`,
        '/%49dentity/V2/serverinfo'])
        ours(await get(path), 200, undefined, path);
    for (const path of [`${INFO}%3Fx`, `${INFO}%3fapikey=1`,
        '/identity/v2/%2573erverinfo', '/identity//v2/serverinfo',
        `${INFO}//`, `${INFO}%5c`, `${INFO};x`])
        ours(await get(path), 404, 404, path);
    for (const path of ['/identity%252Fv2/serverinfo', '/login%253F'])
        ours(await get(path), 404, undefined, path);
    for (const path of ['/identity/v2/./serverinfo',
        '/identity/v2/x/../serverinfo', '/identity/v2/%2e%2e/v2/serverinfo'])
        ours(await get(path), 400, 400, path);
    // These some servers refuse for us, in the same way.
    for (const [path, ...statuses] of [
        ['/identity/v2%2Fserverinfo', 404], [`/${INFO}`, 404],
        [`${INFO}%25`, 404, 400], [`${INFO}%00`, 404, 400],
        [`${INFO}%0a`, 400], [`${INFO}%0d%0aX-Bad:1`, 400],
        [`${INFO}%7f`, 400], [`${INFO}%zz`, 400], [`${INFO}%`, 400],
        ['/identity/v2/%ff', 400], ['/identity/v2/\xff', 400],
        ['/login%2f', 404], ['/%2flogin', 404]]) {
        const a = await get(path);
        assert.ok(statuses.includes(a.status), `${path}: ${a.status}`);
        assert.equal(a.header('X-Bad'), undefined, path);
        if (!shared && !/%2f/i.test(path) && statuses.length === 1 &&
            a.ours && a.json)
            assert.equal(a.json.ErrorCode, statuses[0], path);
    }
    // Only the .htaccess of a host cannot ask for encoded slashes.
    if (!shared)
        ours(await get('/identity/v2%2Fserverinfo'), 404, 404);
});

if (root !== '') test('the base path ends at a slash', async () => {
    for (const target of [`${root}x${INFO}`, `${root}x/login`, INFO,
        `${root}/..${root}x/login`]) {
        const a = await request('GET', '', [KEY], '', { target });
        assert.ok([400, 404].includes(a.status), `${target} ${a.status}`);
    }
    const a = await request('GET', '', [], '', { target: root });
    if (shared)
        assert.equal(a.status, 301, 'Apache adds the slash');
    else
        ours(a, 303);
});

test('S-107: Authorization arrives, empty is absent, two are none',
    async () => {
        const p = await signedIn();
        const bearer = `Authorization: Bearer ${p.token}`;
        ours(await get(CHECK, bearer), 200);
        ours(await get(CHECK, bearer.replace('A', 'a')), 200);
        ours(await get(CHECK), 400, 1060);
        ours(await get(CHECK, 'Authorization:'), 400, 1060);
        ours(await get(CHECK, 'Authorization: Bearer'), 400, 1060);
        ours(await get(`${CHECK}?access_token=${p.token}`,
            'Authorization:'), 200);
        for (const lines of [[bearer, 'Authorization: Bearer x'],
            ['Authorization: Bearer x', bearer],
            [bearer, 'Authorization: Basic eDp5']]) {
            const a = await get(CHECK, ...lines);
            assert.ok([400, 403].includes(a.status), `${a.status}`);
        }
        // What only looks like it is dropped, or makes two of it.
        for (const name of ['Authori_zation', 'Authori.zation'])
            ours(await get(CHECK, `${name}: Bearer ${p.token}`), 400, 1060);
    });

test('S-109: two spellings of one header', async () => {
    ours(await get(INFO, 'Proxy: http://evil.example/'), 200);
    for (const lines of [[KEY, 'X_Doorward_ApiKey: x'],
        [KEY, 'X.Doorward.ApiKey: x'], [KEY, 'X-Doorward-ApiKey: x']]) {
        const a = await request('GET', INFO, lines);
        assert.ok(a.ours);
        if (server === 'lighttpd' || !/[_.]/.test(lines[1]))
            assert.equal(a.status, 400, lines[1]);
        else
            assert.equal(a.status, 200, lines[1]);
    }
});

test('S-108: of several forwarded addresses none that was forged',
    async () => {
        const from = async (...lines) =>
            (await logged(await get(INFO, ...lines))).from;
        const A = 'X-Forwarded-For: 203.0.113.9';
        assert.equal(await from(), '127.0.0.1');
        assert.equal(await from(A), '203.0.113.9');
        assert.equal(await from('X-Forwarded-For: 198.51.100.7, 203.0.113.9'),
            '203.0.113.9');
        assert.equal(await from('X-Forwarded-For: 203.0.113.9, 127.0.0.1'),
            '203.0.113.9');
        assert.equal(await from('X-Forwarded-For: 203.0.113.9, evil'),
            '127.0.0.1');
        assert.equal(await from('X-Forwarded-For:'), '127.0.0.1');
        // Joined by the server: the last; handed over twice: none.
        assert.equal(await from('X-Forwarded-For: 198.51.100.7', A),
            server === 'nginx' ? '127.0.0.1' : '203.0.113.9');
        for (const other of ['X_Forwarded_For', 'X.Forwarded.For'])
            for (const lines of [[A, `${other}: 198.51.100.7`],
                [`${other}: 198.51.100.7`, A]])
                assert.equal(await from(...lines), server === 'lighttpd' ?
                    '127.0.0.1' : '203.0.113.9', lines.join());
        for (const name of ['Forwarded: for=198.51.100.7',
            'X-Real-IP: 198.51.100.7', 'CF-Connecting-IP: 198.51.100.7',
            'X-Origin-IP: 198.51.100.7'])
            assert.equal(await from(name), '127.0.0.1', name);
    });

// One who signs in by the pages.
async function visitor() {
    const p = await signedIn();
    const page = await request('GET', '/login');
    const cookie = /^set-cookie: (doorward-form=[^;]*)/im.exec(page.head)[1];
    const form = new URLSearchParams({ identifier: p.email, password,
        form_token: /name="form_token" value="([^"]*)"/.exec(page.body)[1] })
        .toString();
    const a = await request('POST', '/login', [`Cookie: ${cookie}`,
        `Origin: ${new URL(base).origin}`, length(form),
        'Content-Type: application/x-www-form-urlencoded'], form);
    assert.equal(a.status, 303, a.text);
    return { ...p, cookie:
        /^set-cookie: (doorward=[^;]*)/im.exec(a.head)[1] };
}

test('S-097: a cookie is found among several, and never guessed',
    async () => {
        const { cookie } = await visitor();
        const account = (...lines) => request('GET', '/account',
            lines.map((l) => `Cookie: ${l}`));
        ours(await account(cookie), 200);
        ours(await account(`a=b; ${cookie}; c=d`), 200);
        ours(await account(`${cookie}x`), 303);
        // Twice with two values counts as absent.
        ours(await account(`${cookie}; doorward=x`), 303);
        // Joined by the server, or handed over twice and refused.
        for (const lines of [['a=b', cookie], [cookie, 'a=b']])
            ours(await account(...lines), server === 'nginx' ? 400 : 200);
        for (const lines of [['doorward=x', cookie], [cookie, 'doorward=x']])
            ours(await account(...lines), server === 'nginx' ? 400 : 303);
        for (const name of ['Coo_kie', 'Coo.kie'])
            ours(await request('GET', '/account', [`${name}: ${cookie}`]),
                303);
    });

test('S-111: bodies with a length, in chunks, and with neither',
    async () => {
        ours(await post([length(WRONG)], WRONG), 401, 966);
        ours(await post([CHUNKED], chunked(WRONG, 7)), 401, 966);
        ours(await post([CHUNKED], chunked('')), 400, 965);
        ours(await post(['Content-Length: 0']), 400, 965);
        const a = await post([]);
        if (server === 'lighttpd')
            assert.equal(a.status, 411);
        else
            ours(a, 400, 965);
        // Where none is due, it is not looked at.
        for (const [line, body] of [[length(WRONG), WRONG],
            [CHUNKED, chunked(WRONG)]]) {
            const b = await request('GET', INFO, [KEY, line], body);
            assert.equal(b.status, server === 'lighttpd' ? 400 : 200, line);
        }
    });

test('S-111: lengths that lie', async () => {
    for (const n of ['-1', '+5', '0x10', '1e3', 'abc', ' 5 5',
        '99999999999999999999999'])
        assert.equal((await post([`Content-Length: ${n}`], WRONG)).status,
            400, n);
    ours(await post(['Content-Length: 10'], WRONG), 400, 965);
    for (const lines of [[length(WRONG), 'Content-Length: 3'],
        ['Content-Length: 3', length(WRONG)]])
        assert.equal((await post(lines, WRONG)).status, 400);
    // Two ways to tell a body's end: refused, or the chunks count, and
    // nothing behind them is taken for another request.
    const both = await post(['Content-Length: 3', CHUNKED], chunked(WRONG));
    assert.ok([400, 401].includes(both.status), `${both.status}`);
    assert.equal(both.text.match(/^HTTP\/1/gm).length, 1);
    for (const [lines, body] of [
        [[`Content-Length: ${WRONG.length + 10}`], WRONG],
        [[CHUNKED], '10\r\n{"a"'], [[CHUNKED], 'zz\r\n{}\r\n0\r\n\r\n']]) {
        const a = await post(lines, body, { half: true });
        // Nothing, or an error; never an answer to half a body.
        assert.ok([0, 400, 500].includes(a.status), `${a.status}`);
        assert.ok(!a.ours || a.json.ErrorCode === 965 || a.status === 400);
    }
    ours(await post([length(WRONG)], WRONG), 401, 966);
});

test('S-111, F-53: a body too large is told so in our own form',
    async () => {
        for (const n of [66000, 120000, 131072, 131073, 200000, 2000000]) {
            const body = `{"email":"${'a'.repeat(n - 12)}"}`;
            for (const [line, text] of [[length(body), body],
                [CHUNKED, chunked(body, 8000)]]) {
                const a = await post([line], text);
                // mod_fcgid's own limit, which an .htaccess cannot raise.
                if (shared && /fcgi/.test(mode) && n > 131072)
                    assert.equal(a.status, 500, `${n}`);
                else
                    ours(a, 413, 413, `${line}, ${n}`);
            }
        }
        // Beyond the shipped limits of the server: its own refusal.
        const huge = await post(['Content-Length: 5000000'],
            'a'.repeat(5000000));
        assert.ok([400, 413, 500].includes(huge.status), `${huge.status}`);
    });

test('long queries, paths and headers are refused, by us where we may',
    async () => {
        const mine = (a, status) => shared ? assert.ok(
            [status, 400, 403].includes(a.status), `${a.status}`) :
            ours(a, status);
        ours(await get(`${INFO}?x=${'a'.repeat(7900)}`), 200);
        mine(await get(`${INFO}?x=${'a'.repeat(8300)}`), 414);
        mine(await get(`${INFO}?x=${'a'.repeat(15000)}`), 414);
        // Longer than mod_proxy_fcgi hands on: never as if it were absent.
        for (const n of [16000, 16380, 17000, 20000, 30000])
            assert.equal((await get(`${INFO}?x=${'a'.repeat(n)}`)).status,
                414, `${n}`);
        mine(await get(`/${'a'.repeat(2000)}`), 414);
        mine(await get('/login', `Cookie: a=${'a'.repeat(8300)}`), 400);
        for (const n of [16380, 17000, 33000]) {
            const a = await get('/login', `Cookie: a=${'a'.repeat(n)}`);
            assert.ok([400, 431].includes(a.status), `${n}: ${a.status}`);
        }
    });

test('S-113: HEAD, unknown methods, no trace, no garbage', async () => {
    for (const path of [INFO, '/login', '/identity/v2/none']) {
        const a = await request('HEAD', path, [KEY]);
        assert.ok(a.ours);
        assert.equal(a.body, '', path);
    }
    ours(await request('PATCH', INFO, [KEY]), 405, 405);
    const trace = await request('TRACE', INFO, [KEY,
        'Cookie: doorward=secret']);
    // An .htaccess cannot forbid Apache's own echo.
    if (!shared) {
        assert.equal(trace.status, 405);
        assert.ok(!trace.text.includes('doorward=secret'));
    }
    for (const text of ['GARBAGE\r\n\r\n', 'GET\r\n\r\n',
        `GET ${root}/login HTTP/1.1\r\n\r\n`]) {
        const a = await send(text);
        assert.ok([400, 0].includes(a.status), `${text} ${a.status}`);
    }
});

test('S-035, F-22: a forged Host gets no page, and reaches no mail',
    async () => {
        const page = (lines, options) => request('GET', '/login', lines, '',
            options);
        ours(await page(['Host: evil.example']), 421);
        ours(await page([`Host: evil.${host}`]), 421);
        ours(await send(`GET ${root}/login HTTP/1.0\r\n\r\n`), 421);
        assert.equal((await page([`Host: ${host}`, 'Host: evil.example']))
            .status, 400);
        const forged = ['X-Forwarded-Host: evil.example',
            'Forwarded: host=evil.example', 'X-Host: evil.example',
            'X-Forwarded-Server: evil.example', 'X-Original-URL: /evil',
            'X-Rewrite-URL: /evil'];
        const plain = await page(forged);
        ours(plain, 200);
        assert.ok(!/evil/.test(plain.text));
        // nginx tells of no host but the header's.
        const absolute = await page([],
            { target: `http://evil.example${root}/login` });
        assert.ok([400, 421].includes(absolute.status) ||
            (server === 'nginx' && absolute.status === 200),
        `${absolute.status}`);
        assert.ok(!/evil/.test(absolute.body));
        ours(await page([], { target: `${base}/login` }), 200);

        const p = await register();
        granted(p.answer);
        await mail(p.email);
        const forgot = JSON.stringify({ email: p.email });
        for (const lines of [['Host: evil.example'],
            ['Host: evil.example', ...forged], forged]) {
            const a = await request('POST', `${AUTH}/password`, [KEY,
                JSON_TYPE, length(forgot), ...lines], forgot);
            ours(a, 200);
        }
        for (let n = 2; n <= 3; n++) {
            const m = await mail(p.email, n);
            assert.ok(m.link.startsWith(`${base}/`), m.link);
            assert.ok(!/evil/.test(m.text));
        }
    });

test('files that we make are their owner\'s alone (umask 077)',
    async () => {
        const p = await register();
        await mail(p.email);
        const made = [join(site, 'log/doorward.log'),
            ...readdirSync(join(site, 'state')).map((n) =>
                join(site, 'state', n)),
            ...readdirSync(join(site, 'outbox')).map((n) =>
                join(site, 'outbox', n))];
        assert.ok(made.length > 2);
        for (const file of made)
            assert.equal(statSync(file).mode & 0o077, 0, file);
    });

if (apache) test('an error document 401 shows the page that it names',
    async () => {
        const a = await request('GET', '', [], '',
            { target: '/private/report.pdf?x=1' });
        ours(a, 200);
        assert.match(a.body, /name="password"/);
        assert.ok(!/report.pdf/.test(a.header('location') ?? ''));
    });

if (shared) test('the web folder gives away neither files nor the program',
    async () => {
        const folder = join(site, 'htdocs', root);
        const names = ['doorward.conf', 'doorward.log', 'a.key', 'a.pem',
            'dump.sql', 'welcome.mail', 'login.html', 'doorward.fcgi.new',
            'doorward.fcgi.old', 'doorward.conf.bak', 'doorward.conf~',
            '.doorward.conf.swp', '.env'];
        for (const name of names)
            writeFileSync(join(folder, name), 'a secret', { mode: 0o644 });
        for (const name of [...names, '.htaccess', 'doorward.conf/x',
            'doorward%2econf']) {
            const a = await request('GET', `/${name}`);
            assert.ok([403, 404].includes(a.status), `${name} ${a.status}`);
            assert.ok(!/a secret|RewriteRule/.test(a.text), name);
        }
        for (const name of names)
            rmSync(join(folder, name));
        mkdirSync(join(folder, 'folder'));
        ours(await request('GET', '/folder/'), 404);
        rmSync(join(folder, 'folder'), { recursive: true });
        for (const path of ['/doorward.fcgi', '/doorward.fcgi/login']) {
            const a = await request('GET', path);
            assert.ok(a.ours, path);
            assert.ok(!a.text.includes('\x7fELF'), path);
        }
    });

if (!shared) test('S-038: no log of the server has a secret of an address',
    async () => {
        const p = await signedIn();
        const mark = `mark${Date.now()}`;
        const query = `?vtoken=${p.token}&apisecret=${secret}`;
        const lines = [`Referer: ${base}/verify${query}`,
            `Authorization: Bearer ${p.token}`, `Cookie: doorward=${p.token}`];
        await get(`${CHECK}?access_token=${p.token}`);
        await get(`/verify${query}`, ...lines);
        await get(`/identity/v2/${mark}${query}`, ...lines);
        // What makes the servers themselves complain.
        await get(`/identity/v2/x%00${query}`, ...lines);
        await get(`${INFO}${query}&x=${'a'.repeat(40000)}`, ...lines);
        await get(`/login${query}`, `Cookie: a=${'a'.repeat(40000)}`);
        await request('POST', `/login${query}`, [...lines,
            'Content-Length: 5000000'], 'a'.repeat(5000000));
        await request('POST', `/login${query}`, [...lines,
            'Content-Length: 50'], 'a', { half: true });
        const folder = join(site, 'log');
        const access = join(folder, 'access.log');
        await until('the access log', () =>
            readFileSync(access, 'utf8').includes(mark));
        for (const name of readdirSync(folder)) {
            const text = readFileSync(join(folder, name), 'latin1');
            for (const word of [p.token, secret, 'vtoken=', 'apisecret='])
                assert.ok(!text.includes(word), `${name} has ${word}`);
        }
    });
