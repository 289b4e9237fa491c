// The guard of a folder, asked by a real server: who sees it, what the
// application and the visitor are told, and what is said to whom after a no.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { AUTH, address, base, call, cookieHeader, granted, page, password,
    register, send, shift, signedIn } from '../http/api.mjs';
import { request } from '../http/wire.mjs';

const site = process.env.DOORWARD_SITE, server = process.env.DOORWARD_SERVER;
const folders = process.env.DOORWARD_AREAS.split(' ');
const { origin, pathname } = new URL(base);
const root = pathname.replace(/\/$/, '');
const [program, ...config] = process.env.DOORWARD_CTL.split(' ');
const ctl = (...args) => execFileSync(program, [...config, ...args],
    { encoding: 'utf8' });
const HTML = 'Accept: text/html,application/xhtml+xml,*/*;q=0.8';

// As bytes; the path is sent as it stands.
const ask = (target, lines = [], method = 'GET', body = '') =>
    request(method, '', [HTML, ...lines], body, { target });
const bearer = (p) => `Authorization: Bearer ${p.token}`;
const cookie = (p) => `Cookie: ${cookieHeader(p.jar).Cookie}`;

async function visitor(email) {
    const jar = new Map(), visit = page(jar);
    const a = await send(visit, '/login', { identifier: email, password });
    assert.equal(a.status, 303, a.text);
    return { email, jar, visit };
}

let ada, bea, robot;
before(async () => {
    robot = await signedIn();
    ctl('role', 'add', robot.email, 'board');
    ctl('role', 'add', robot.email, 'staff');
    robot.uid = granted(await call('GET', `${AUTH}/account`, { query:
        { fields: 'Uid' }, headers: { Authorization: bearer(robot).slice(15) }
    })).Uid;
    ada = await visitor(robot.email);
    const open = await register();
    granted(open.answer);
    bea = await visitor(open.email);
});

const location = (a) => new URL(a.header('location') ?? '', base);
function toLogin(a, wanted) {
    assert.equal(a.status, 303, a.text);
    assert.equal(location(a).pathname, `${root}/login`);
    assert.equal(location(a).searchParams.get('return'), wanted);
    assert.equal(a.header('cache-control'), 'no-store');
    assert.ok(!/Kept|Members/.test(a.body));
}
function shut(a, status) {
    assert.equal(a.status, status, a.text);
    assert.ok(!/<h1>(Kept|Members)/.test(a.body), a.body);
    assert.ok(!/^variable-/im.test(a.head), a.head);
}
function kept(a) {
    assert.equal(a.status, 200, a.text);
    assert.match(a.body, /Kept|Members/);
    assert.ok(!/^(variable-|x-doorward|x-request-id|set-cookie)/im
        .test(a.head), a.head);
    assert.match(a.header('cache-control'), /private/);
    assert.match(a.header('content-type'), /^text\/html/);
}

for (const folder of folders) {
    const at = `/${folder}`;
    const guest = server === 'apache' && folder === 'authnz' ? 303 : 200;

    test(`${folder}: a visitor is sent to sign in and back (S-114, S-036)`,
        async () => {
            for (const path of ['/', '/page.html', '/index.php', '/none',
                '/page.html?a=1&a=2&b=%2e%2e%2f', '/board/page.html'])
                toLogin(await ask(at + path), at + path);
            toLogin(await ask(`${at}/page.html`, [], 'HEAD'),
                `${at}/page.html`);
            const evil = await ask(`//example.org${at}/page.html`);
            shut(evil, evil.status);
            assert.notEqual(evil.status, 200);
        });

    test(`${folder}: from the sign-in page back to where one wanted to go`,
        async () => {
            const jar = new Map(), visit = page(jar);
            const to = location(await ask(`${at}/page.html?x=1&y=2`));
            // The form, and every link beside it, carries it on.
            const form = await visit('GET', `/login${to.search}`);
            const links = [...form.text.matchAll(/href="[^"]*\?return=(.*?)"/g)]
                .map(([, value]) => decodeURIComponent(value));
            assert.ok(links.length >= 2, form.text);
            for (const link of links)
                assert.equal(link, `${at}/page.html?x=1&y=2`);
            const wanted = /name="return" value="(.*?)"/.exec(form.text)[1]
                .replaceAll('&amp;', '&');
            const wrong = await send(visit, `/login${to.search}`, {
                identifier: ada.email, password: 'not-the-password',
                return: wanted });
            assert.equal(wrong.status, 401);
            assert.ok(wrong.text.includes(wanted.replaceAll('&', '&amp;')));
            const a = await send(visit, `/login${to.search}`, {
                identifier: ada.email, password, return: wanted });
            assert.equal(a.status, 303, a.text);
            assert.equal(a.headers.get('location'),
                `${origin}${at}/page.html?x=1&y=2`);
            kept(await ask(`${at}/page.html?x=1&y=2`, [cookie({ jar })]));
        });

    test(`${folder}: 401 with a challenge for who cannot sign in (RFC 6750)`,
        async () => {
            const api = [['GET', ['Accept: application/json']],
                ['POST', [HTML, 'Content-Length: 0']],
                ['PUT', [HTML, 'Content-Length: 0']], ['DELETE', [HTML]],
                ['GET', [HTML, 'Sec-Fetch-Mode: cors']],
                ['GET', ['Accept: */*']]];
            for (const [method, lines] of api) {
                const a = await request(method, '', lines, '',
                    { target: `${at}/page.html` });
                shut(a, 401);
                assert.equal(a.header('www-authenticate'),
                    'Bearer realm="api"');
                if (folder !== 'authnz')
                    assert.match(a.header('content-type'), /json/);
                assert.equal(a.json.ErrorCode, 4010);
            }
            for (const token of ['x', robot.token.replace(/^./, (c) =>
                c === '0' ? '1' : '0'), robot.session.refresh_token]) {
                const a = await ask(`${at}/page.html`, [
                    `Authorization: Bearer ${token}`]);
                shut(a, 401);
                assert.equal(a.header('www-authenticate'),
                    'Bearer realm="api", error="invalid_token"');
                assert.equal(a.json.ErrorCode, 4011);
            }
        });

    test(`${folder}: the session's cookie or the access token opens it`,
        async () => {
            for (const who of [cookie(ada), bearer(robot)]) {
                kept(await ask(`${at}/page.html`, [who]));
                kept(await ask(`${at}/`, [who]));
                kept(await ask(`${at}/index.php`, [who]));
                const head = await ask(`${at}/page.html`, [who], 'HEAD');
                assert.equal(head.status, 200);
                const post = await ask(`${at}/index.php`, [who,
                    'Content-Length: 3'], 'POST', 'a=b');
                kept(post);
                shut(await ask(`${at}/none`, [who]), 404);
                const range = await ask(`${at}/page.html`, [who,
                    'Range: bytes=999999-']);
                assert.ok(range.status >= 400, range.text);
                shut(range, range.status);
                const wrong = await ask(`${at}/page.html`, [who,
                    'Content-Length: 0'], 'DELETE');
                assert.ok([405, 501].includes(wrong.status), wrong.text);
                shut(wrong, wrong.status);
            }
            const both = await ask(`${at}/page.html`, [cookie(ada),
                'Authorization: Bearer nothing']);
            shut(both, 401);
            kept(await ask(`${at}/page.html`, [cookie(ada),
                'Authorization: Basic YTpi']));
        });

    test(`${folder}: the application learns who it is, and no client can ` +
        'say so (S-114)', async () => {
        const forged = ['Remote-User: evil', 'REMOTE_USER: evil',
            'Variable-REMOTE_USER: evil', 'Variable-DOORWARD_ROLES: evil',
            'DOORWARD_ROLES: evil', 'Doorward-Roles: evil',
            'Doorward-Guard: verdict', 'Doorward-Facts: hidden',
            'X-Remote-User: evil', 'Redirect-Remote-User: evil'];
        for (const who of [cookie(ada), bearer(robot)]) {
            const a = await ask(`${at}/facts.php`, [who, ...forged]);
            assert.equal(a.status, 200, a.text);
            assert.equal(a.json.REMOTE_USER, robot.uid);
            assert.equal(a.json.DOORWARD_ROLES, 'board staff');
            if (server !== 'nginx') {
                assert.equal(a.json.DOORWARD_EMAIL, robot.email);
                assert.match(a.json.DOORWARD_SIGNED_IN_S, /^\d{10}$/);
            }
            for (const [name, value] of Object.entries(a.json))
                if (/evil/.test(value))
                    assert.match(name, /^HTTP_/);
            assert.ok(!/^variable-/im.test(a.head), a.head);
        }
        const other = (await ask(`${at}/facts.php`, [cookie(bea)])).json;
        assert.notEqual(other.REMOTE_USER, robot.uid);
        assert.equal(other.DOORWARD_ROLES ?? '', '');
        assert.equal(other.DOORWARD_EMAIL, undefined);
    });

    test(`${folder}: role, confirmed address, second factor, anyone`,
        async () => {
            const who = { ada: cookie(ada), bea: cookie(bea),
                robot: bearer(robot) };
            for (const [name, part, status] of [['ada', 'board', 200],
                ['robot', 'board', 200], ['bea', 'board', 403],
                ['ada', 'verified', 200], ['bea', 'verified', 403],
                ['ada', 'vault', 403], ['robot', 'vault', 403]]) {
                const a = await ask(`${at}/${part}/page.html`, [who[name]]);
                if (status === 200)
                    kept(a);
                else
                    shut(a, status);
            }
            const no = await ask(`${at}/board/page.html`, [who.bea]);
            assert.match(no.body, /not open to you/);
            const unproven = await ask(`${at}/verified/`, [who.bea]);
            assert.match(unproven.body, /Confirm your email/);
            assert.match((await ask(`${at}/vault/`, [who.ada])).body,
                /second factor/);
            const api = await ask(`${at}/vault/`, [who.robot]);
            assert.equal(api.json.ErrorCode, 4034);
            const a = await ask(`${at}/open/page.html`);
            assert.equal(a.status, guest);
            if (guest !== 200)
                return;
            kept(a);
            const facts = await ask(`${at}/open/facts.php`, [
                'Remote-User: evil', 'Cookie: doorward=old']);
            assert.equal(facts.json.REMOTE_USER ?? '', '');
            assert.equal((await ask(`${at}/open/facts.php`, [who.ada]))
                .json.REMOTE_USER, robot.uid);
        });

    test(`${folder}: no spelling of an address slips past its rule (S-114)`,
        async () => {
            const who = cookie(bea);
            for (const path of ['//board/page.html', '/./board/page.html',
                '/%62oard/page.html', '/bo%61rd/page.html',
                '/board//page.html', '/open/../board/page.html',
                '/open/%2e%2e/board/page.html', '/open/.%2E/board/page.html',
                '/open%2f..%2fboard/page.html', '/board%2fpage.html',
                '/%2e/board/page.html', '/open/..%2fboard/page.html',
                '/board/../board/page.html', '/board/page.html/',
                '/board/page.html?/open/', '/board/page.html#/open/',
                '/board/page.html#/../../open/page.html',
                '/board/page.html?/../../open/page.html',
                '/board/page.html;/open/', '/board/page.html%00',
                '/board\\page.html', '/BOARD/page.html',
                '/open/..\\board\\page.html', '/board%5cpage.html',
                '/board/page.html%0a', '/%2562oard/page.html',
                '/board/page.html/open/page.html', '/board/%zz/page.html',
                '/board/index.php/open/', '/open/..%c0%af/board/page.html']) {
                const a = await ask(at + path, [who]);
                assert.notEqual(a.status, 200, `${path} ${a.text}`);
                assert.ok(!/<h1>(Kept|Members)/.test(a.body), path);
            }
            for (const host of [origin, 'http://evil.example',
                'http://localhost/open', `${origin}#`, `${origin}?`]) {
                const a = await ask(`${host}${at}/board/page.html`, [who]);
                assert.notEqual(a.status, 200, `${host} ${a.text}`);
            }
            // As the server reads it, so do we.
            if (server !== 'nginx')
                kept(await ask(`${at}//open/./page.html`, [who]));
            for (const lines of [[], [who]]) {
                const a = await ask(`${at}/../${folder}/board/page.html`,
                    lines);
                assert.notEqual(a.status, 200);
            }
        });

    test(`${folder}: signed out is refused at once, as is an ended token`,
        async () => {
            const v = await visitor(ada.email);
            const was = cookie(v);
            kept(await ask(`${at}/page.html`, [was]));
            assert.equal((await send(v.visit, '/logout', {})).status, 303);
            toLogin(await ask(`${at}/page.html`, [was]), `${at}/page.html`);
            const p = await signedIn();
            kept(await ask(`${at}/page.html`, [bearer(p)]));
            granted(await call('GET', `${AUTH}/access_token/invalidate`,
                { headers: { Authorization: `Bearer ${p.token}` } }));
            shut(await ask(`${at}/page.html`, [bearer(p)]), 401);
            const q = await signedIn();
            kept(await ask(`${at}/page.html`, [bearer(q)]));
            ctl('user', 'disable', q.email);
            shut(await ask(`${at}/page.html`, [bearer(q)]), 401);
        });

    test(`${folder}: a role counts and ends with the next request`,
        async () => {
            const p = await signedIn();
            shut(await ask(`${at}/board/`, [bearer(p)]), 403);
            ctl('role', 'add', p.email, 'chair');
            kept(await ask(`${at}/board/`, [bearer(p)]));
            ctl('role', 'remove', p.email, 'chair');
            shut(await ask(`${at}/board/`, [bearer(p)]), 403);
        });

    test(`${folder}: another host is refused where a cookie counts`,
        async () => {
            const a = await ask(`${at}/page.html`, [cookie(ada),
                'Host: evil.example']);
            shut(a, 421);
            assert.ok(!/evil/.test(a.header('location') ?? ''));
        });
}

if (server === 'apache') test('without mod_headers nothing is told',
    async () => {
        const a = await ask('/silent/facts.php', [cookie(ada)]);
        assert.equal(a.status, 200);
        assert.equal(a.json.REMOTE_USER, undefined);
        assert.equal(a.json.DOORWARD_ROLES, undefined);
        assert.ok(!/variable-|[0-9a-f]{32}/i.test(a.head), a.head);
        shut(await ask('/silent/page.html'), 401);
        shut(await ask('/silent/board/page.html', [cookie(bea)]), 401);
    });

test('an address that the server rewrites is judged by both', async () => {
    for (const lines of [[], [cookie(ada)], [cookie(bea)]]) {
        const a = await ask('/elsewhere/board/page.html', lines);
        assert.notEqual(a.status, 200, a.text);
        assert.ok(!/Kept/.test(a.body));
    }
});

test('the site itself is not guarded, and nobody asks for a verdict from ' +
    'outside', async () => {
    const a = await request('GET', '/login', [HTML, 'Doorward-Guard: verdict',
        'DOORWARD_GUARD: verdict', 'Redirect-Status: 401']);
    assert.equal(a.status, 200);
    assert.match(a.body, /name="password"/);
    if (server === 'nginx')
        assert.equal((await ask('/doorward-guard')).status, 404);
});

test('a session that idles out, and one whose end has come', async () => {
    const v = await visitor(ada.email);
    const at = `/${folders[0]}/page.html`;
    try {
        kept(await ask(at, [cookie(v)]));
        await shift(3000);
        kept(await ask(at, [cookie(v)]));
        await shift(6000);  // the request before was written down
        kept(await ask(at, [cookie(v)]));
        await shift(6000 + 3700);
        toLogin(await ask(at, [cookie(v)]), at);
    } finally {
        await shift(0);
    }
});

test('without the database nothing is opened (S-114)', async () => {
    const conf = readFileSync(join(site, 'etc/doorward.conf'), 'utf8');
    const user = /^user = (.*)$/m.exec(conf)[1];
    const sql = (words) => execFileSync('mariadb', ['--no-defaults', '-S',
        process.env.DOORWARD_SOCKET, '-e', words]);
    sql(`ALTER USER '${user}'@'localhost' ACCOUNT LOCK; KILL USER ${user}`);
    try {
        for (const folder of folders)
            for (const who of [cookie(ada), bearer(robot)])
                for (const part of ['page.html', 'open/page.html']) {
                    const a = await ask(`/${folder}/${part}`, [who]);
                    shut(a, 503);
                    assert.ok(a.header('retry-after'));
                }
    } finally {
        sql(`ALTER USER '${user}'@'localhost' ACCOUNT UNLOCK`);
    }
    kept(await ask(`/${folders[0]}/page.html`, [cookie(ada)]));
});

test('doorwardctl check finds the folders closed to strangers (S-114)', () => {
    let out;
    try {
        out = ctl('--json', 'check');
    } catch (e) {
        out = e.stdout;
    }
    const guard = JSON.parse(out).filter((f) => f.what === 'guard');
    for (const name of folders)
        assert.ok(guard.some((f) => f.result === 'ok' &&
            f.text === `/${name} is closed to strangers`), out);
    assert.deepEqual(guard.filter((f) => f.result === 'wrong'), []);
});
