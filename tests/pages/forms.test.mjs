// Forms, cookies and headers of the pages, asked without a browser.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { address, base, cookieHeader, keepCookies, mail, mails, openapi,
    password, setCookies } from '../http/api.mjs';

const origin = new URL(base).origin;

// One visit: keeps cookies, follows nothing.
function client() {
    const jar = new Map();
    const ask = async (method, path, form, headers = {}) => {
        const send = { ...headers, ...cookieHeader(jar) };
        const answer = await fetch(base + path, { method,
            redirect: 'manual', headers: send,
            body: form && new URLSearchParams(form) });
        keepCookies(jar, answer.headers);
        const text = await answer.text();
        return { status: answer.status, headers: answer.headers, text,
            token: /name="form_token" value="([^"]*)"/.exec(text)?.[1] };
    };
    const post = (path, form, headers) => ask('POST', path, form,
        { Origin: origin, ...headers });
    return { jar, ask, post };
}

test('CSRF: absent, foreign and stale tokens (S-101)', async () => {
    const c = client(), other = client();
    const { token } = await c.ask('GET', '/login');
    const foreign = (await other.ask('GET', '/login')).token;
    const form = { identifier: 'ada@example.com', password: 'x' };
    for (const form_token of [undefined, '', foreign, `${token}x`,
        token.slice(0, -2)]) {
        const a = await c.post('/login', form_token === undefined ? form :
            { ...form, form_token });
        assert.equal(a.status, 403);
        assert.match(a.text, /open for too long/);
        assert.match(a.text, /value="ada@example.com"/);
        assert.ok(!a.text.includes('value="x"'));
    }
    assert.equal((await c.post('/login', { ...form, form_token: token }))
        .status, 401);
});

test('CSRF: a form sent from elsewhere (S-101)', async () => {
    const c = client();
    const { token } = await c.ask('GET', '/login');
    const form = { identifier: 'ada@example.com', password: 'x',
        form_token: token };
    for (const headers of [{ Origin: 'https://evil.example' },
        { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
        { Origin: `${origin}.evil.example` }])
        assert.equal((await c.post('/login', form, headers)).status, 403,
            JSON.stringify(headers));
    assert.equal((await c.ask('POST', '/login', form)).status, 403);
    assert.equal((await c.ask('POST', '/login', form,
        { Referer: `${base}/login` })).status, 401);
    assert.equal((await c.ask('POST', '/login', form,
        { 'Sec-Fetch-Site': 'same-origin' })).status, 401);
    assert.equal((await c.post('/login', form)).status, 401);
});

test('CSRF: several tabs stay good (S-101)', async () => {
    const c = client();
    const one = await c.ask('GET', '/login');
    const two = await c.ask('GET', '/signup');
    const three = await c.ask('GET', '/forgot', undefined,
        { 'Sec-Fetch-Site': 'cross-site' });
    assert.ok(two.token && three.token);
    assert.equal((await c.post('/login', { identifier: 'a@example.com',
        password: 'x', form_token: one.token })).status, 401);
    assert.equal((await c.post('/forgot', { identifier: address(),
        form_token: three.token })).status, 200);
});

test('CSRF: a visitor from a mail link does not spoil open forms (S-101)',
    async () => {
        const c = client();
        const one = await c.ask('GET', '/login');
        const strict = [...c.jar];
        c.jar.clear();  // a Strict cookie is held back
        const two = await c.ask('GET', '/check-mail', undefined,
            { 'Sec-Fetch-Site': 'cross-site' });
        assert.ok(two.token);
        for (const [n, v] of strict)
            c.jar.set(n, v);
        assert.equal((await c.post('/login', { identifier: 'a@example.com',
            password: 'x', form_token: one.token })).status, 401);
    });

async function account() {
    const c = client(), email = address();
    let a = await c.ask('GET', '/signup');
    a = await c.post('/signup', { email, new_password: password,
        form_token: a.token });
    assert.equal(a.status, 200, a.text);
    const { token } = await mail(email);
    a = await c.ask('GET', `/verify?vtoken=${token}`);
    a = await c.post('/verify', { vtoken: token, form_token: a.token });
    assert.equal(a.status, 303);
    a = await c.ask('GET', '/login');
    return { c, email, form_token: a.token };
}

test('a stale form of a spent link asks for no code', async () => {
    const c = client(), email = address();
    let a = await c.ask('GET', '/signup');
    await c.post('/signup', { email, new_password: password,
        form_token: a.token });
    const { token } = await mail(email);
    a = await c.ask('GET', `/verify?vtoken=${token}`);
    assert.equal((await c.post('/verify', { vtoken: token,
        form_token: a.token })).status, 303);
    a = await c.post('/verify', { vtoken: token, form_token: 'stale' });
    assert.equal(a.status, 403);
    assert.ok(!a.text.includes('name="code"'));
    assert.match(a.text, /Send a new message/);
    a = await c.ask('GET', '/verify');
    assert.equal(a.status, 303);
    assert.match(a.headers.get('location'), /\/check-mail$/);
});

const enter = (p, more) => p.c.post('/login', { identifier: p.email,
    password, form_token: p.form_token, ...more });

test('cookies: names, flags, life (S-097); a preset one is not taken ' +
    '(S-092)', async () => {
    const p = await account();
    const preset = 'A'.repeat(43);
    p.c.jar.set('doorward', preset);
    const a = await enter(p);
    assert.equal(a.status, 303);
    const line = setCookies(a.headers).find((l) =>
        l.startsWith('doorward='));
    assert.match(line, /HttpOnly/);
    assert.match(line, /SameSite=Lax/);
    assert.match(line, /Path=\//);
    assert.ok(!/Domain|Max-Age/i.test(line), line);
    assert.notEqual(p.c.jar.get('doorward'), preset);
    const first = p.c.jar.get('doorward');
    const b = await enter(p, { remember: 'yes' });
    assert.equal(b.status, 303);
    assert.match(setCookies(b.headers).find((l) =>
        l.startsWith('doorward=')), /Max-Age=2592000/);
    const old = client();
    old.jar.set('doorward', first);
    assert.equal((await old.ask('GET', '/account')).status, 303);
    assert.equal((await p.c.ask('GET', '/account')).status, 200);
    const form = setCookies((await client().ask('GET', '/login')).headers)
        .find((l) => l.startsWith('doorward-form='));
    assert.match(form, /SameSite=Strict/);
});

test('the account\'s form is bound to the session (S-101)', async () => {
    const p = await account();
    await enter(p);
    const a = await p.c.ask('GET', '/account/password');
    const token = [...a.text.matchAll(
        /name="form_token" value="([^"]*)"/g)].at(-1)[1];
    assert.notEqual(token, p.form_token);
    const change = (form_token) => p.c.post('/account/password', {
        password, new_password: 'amber-lantern-93', form_token });
    assert.equal((await change(p.form_token)).status, 403);
    const before = p.c.jar.get('doorward');
    assert.equal((await change(token)).status, 303);
    assert.notEqual(p.c.jar.get('doorward'), before);
    assert.equal((await p.c.ask('GET', '/account')).status, 200);
});

test('sign-out: by POST alone, and at once (S-105)', async () => {
    const p = await account();
    await enter(p);
    const cookie = p.c.jar.get('doorward');
    await p.c.ask('GET', '/logout');
    assert.equal((await p.c.ask('GET', '/account')).status, 200);
    const { token } = await p.c.ask('GET', '/logout');
    const a = await p.c.post('/logout', { form_token: token });
    assert.equal(a.status, 303);
    assert.match(a.headers.get('clear-site-data'), /"cookies"/);
    assert.equal(p.c.jar.has('doorward'), false);
    p.c.jar.set('doorward', cookie);
    assert.equal((await p.c.ask('GET', '/account')).status, 303);
});

test('a parallel use of one link by the page: one success (S-030)',
    async () => {
        const c = client(), email = address();
        let a = await c.ask('GET', '/signup');
        await c.post('/signup', { email, new_password: password,
            form_token: a.token });
        const { token } = await mail(email);
        a = await c.ask('GET', `/verify?vtoken=${token}`);
        const all = await Promise.all(Array.from({ length: 50 }, () =>
            c.post('/verify', { vtoken: token, form_token: a.token })));
        assert.equal(all.filter((x) => x.status === 303).length, 1);
        assert.equal(all.filter((x) => x.status === 403).length, 49);
    });

test('headers of every page, errors too (S-103, S-102)', async () => {
    const pages = (await openapi())['x-doorward-pages'];
    assert.ok(pages.length >= 15);
    const paths = [...new Set(pages.map((p) => p.path)), '/no-such-page'];
    for (const path of paths) {
        const a = await client().ask('GET', path);
        const h = a.headers;
        assert.equal(h.get('x-content-type-options'), 'nosniff', path);
        assert.match(h.get('referrer-policy'), /no-referrer|same-origin/);
        if (path.startsWith('/static/') && a.status === 200) {
            assert.match(h.get('cache-control'), /^public, max-age=\d/);
            continue;
        }
        assert.match(h.get('content-security-policy'),
            /default-src 'none'.*frame-ancestors 'none'/, path);
        assert.match(h.get('cache-control'), /no-store/, path);
        assert.equal(h.get('cross-origin-opener-policy'), 'same-origin');
        assert.ok(h.get('permissions-policy'));
        assert.match(h.get('content-type'), /charset=utf-8/);
    }
});

// fetch() sets Host itself.
const withHost = (path, host, more = {}) => new Promise((done, fail) => {
    const u = new URL(base + path);
    http.get({ host: u.hostname, port: u.port, path: u.pathname,
        headers: { Host: host, ...more } }, (r) => {
        r.resume();
        done(r.statusCode);
    }).on('error', fail);
});

test('another Host gets no page (S-035, F-22)', async () => {
    assert.equal(await withHost('/login', 'evil.example'), 421);
    assert.equal(await withHost('/login', new URL(base).host,
        { 'X-Forwarded-Host': 'evil.example' }), 200);
    const p = await account();
    const before = (await mails(p.email)).length;
    await p.c.post('/forgot', { identifier: p.email,
        form_token: p.form_token }, { 'X-Forwarded-Host': 'evil.example' });
    assert.ok((await mail(p.email, before + 1)).link.startsWith(base));
});

test('login and recovery tell nothing of who is known (S-016, S-018)',
    async () => {
        const p = await account();
        const ask = async (path, identifier, more) => {
            const a = await p.c.post(path, { identifier,
                form_token: p.form_token, ...more });
            return [a.status, a.text.replaceAll(identifier, 'X')
                .replace(/form_token" value="[^"]*/g, '')
                .replace(/Request [0-9a-f]+/, '')];
        };
        const nobody = address();
        const wrong = { password: 'not-the-password' };
        assert.deepEqual(await ask('/login', p.email, wrong),
            await ask('/login', nobody, wrong));
        assert.deepEqual(await ask('/forgot', p.email),
            await ask('/forgot', nobody));
    });
