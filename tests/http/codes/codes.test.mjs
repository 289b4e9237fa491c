// Sites that mail codes instead of links: E3, W4, W5, and the pages for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, login, mail, mails, password,
    refused, register, setCookies } from '../api.mjs';

// The code stands alone between blanks (F-21).
const code = (m) => /^\s+(\d{6})\s*$/m.exec(m.text)?.[1] ??
    /(?<![\w-])(\d{6})(?![\w-])/.exec(m.text)?.[1];
const verify = (json, options) => call('PUT', `${AUTH}/email`,
    { json, ...options });

async function pending() {
    const p = await register();
    assert.deepEqual(granted(p.answer), { IsPosted: true });
    return { ...p, otp: code(await mail(p.email)) };
}

async function person(more) {
    const p = await register(more);
    granted(p.answer);
    granted(await verify({ email: p.email,
        otp: code(await mail(p.email)) }));
    return p;
}

test('E3: the code of the mail verifies, once', async () => {
    const p = await pending();
    assert.match(p.otp, /^\d{6}$/);
    refused(await login(p), 970, 403);
    assert.deepEqual(granted(await verify({ email: p.email, otp: p.otp })),
        { IsPosted: true });
    granted(await login(p));
    const again = await verify({ email: p.email, otp: p.otp });
    assert.ok([1185, 1186].includes(again.json.ErrorCode), again.text);
});

test('E3: blanks, hyphens and full-width digits are the code (S-033, F-21)',
    async () => {
        const wide = (s) => s.replace(/\d/g, (d) =>
            String.fromCharCode(0xff10 + Number(d)));
        for (const form of [(s) => `${s.slice(0, 3)} ${s.slice(3)}`,
            (s) => `${s.slice(0, 3)}-${s.slice(3)}`, wide]) {
            const p = await pending();
            granted(await verify({ email: p.email, otp: form(p.otp) }));
        }
    });

test('E3: five tries, the sixth fails even if right (S-032)', async () => {
    const p = await pending();
    const bad = p.otp === '000000' ? '111111' : '000000';
    for (let i = 0; i < 5; i++)
        refused(await verify({ email: p.email, otp: bad }), 1185, 403);
    refused(await verify({ email: p.email, otp: p.otp }), 1185, 403);
});

test('E3: numbers, nothing, strangers (S-118, S-020)', async () => {
    const p = await pending();
    refused(await verify({ email: p.email, otp: Number(p.otp) }), 1090, 400);
    refused(await verify({ email: p.email }), 908, 400);
    refused(await verify({ otp: p.otp }), 1189, 403);
    refused(await verify({ email: address(), otp: p.otp }), 1185, 403);
    granted(await verify({ email: p.email, otp: p.otp }));
});

test('E3: 50 parallel uses of one code: one success (S-030, F-18)',
    async () => {
        const p = await pending();
        const all = await Promise.all(Array.from({ length: 50 }, () =>
            verify({ email: p.email, otp: p.otp })));
        assert.equal(all.filter((a) => a.status === 200).length, 1);
        assert.ok(all.every((a) => a.status < 500));
    });

test('signing in spoils no pending code and mails no other (F-32)',
    async () => {
        const p = await pending();
        refused(await login(p), 970, 403);
        assert.equal((await mails(p.email)).length, 1);
        granted(await verify({ email: p.email, otp: p.otp }));
    });

for (const [id, kind] of [['W4', 'email'], ['W5', 'username']])
    test(`${id}: reset by ${kind} and code`, async () => {
        const name = `u${address().slice(1, 12)}`;
        const p = await person({ body: { UserName: name } });
        const who = kind === 'email' ? { email: p.email } :
            { username: name };
        granted(await call('POST', `${AUTH}/password`, { json: who }));
        const otp = code(await mail(p.email, 2));
        assert.match(otp, /^\d{6}$/);
        const reset = (json) => call('PUT', `${AUTH}/password/reset`,
            { json: { ...who, ...json } });
        const next = 'violet-harbour-88';
        refused(await reset({ otp, password: 'password1' }), 1216, 403);
        refused(await reset({ otp: otp === '000000' ? '111111' : '000000',
            password: next }), 1185, 403);
        assert.deepEqual(granted(await reset({ otp, password: next })),
            { IsPosted: true });
        refused(await login(p), 966, 401);
        granted(await login(p, next));
        const again = await reset({ otp, password: 'amber-lantern-93' });
        assert.ok([1185, 1186].includes(again.json.ErrorCode), again.text);
    });

test('a link is no code, a code no link (S-029)', async () => {
    const p = await pending();
    refused(await call('GET', `${AUTH}/email`, {
        query: { verificationtoken: p.otp } }), 973, 403);
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }));
    const other = code(await mail(p.email, 2));
    if (other !== p.otp)
        refused(await verify({ email: p.email, otp: other }), 1185, 403);
});

// The pages, as a plain client.
test('pages: sign up, type the code, forget, type the code', async () => {
    const jar = new Map();
    const ask = async (method, path, form) => {
        const a = await fetch(base + path, { method, redirect: 'manual',
            headers: { Origin: new URL(base).origin, Cookie:
                [...jar].map(([n, v]) => `${n}=${v}`).join('; ') },
            body: form && new URLSearchParams(form) });
        for (const line of setCookies(a.headers))
            jar.set(...line.split(';')[0].split(/=(.*)/s).slice(0, 2));
        const text = await a.text();
        return { status: a.status, text, to: a.headers.get('location'),
            token: /name="form_token" value="([^"]*)"/.exec(text)?.[1] };
    };
    const email = address();
    let a = await ask('GET', '/signup');
    a = await ask('POST', '/signup', { email, new_password: password,
        form_token: a.token });
    assert.match(a.text, /autocomplete="one-time-code"/);
    const first = code(await mail(email));
    a = await ask('POST', '/verify', { email, sent: 'yes', code: 'abc',
        form_token: a.token });
    assert.equal(a.status, 403);
    assert.match(a.text, /id="code-error"/);
    a = await ask('POST', '/verify', { email, code: first,
        form_token: a.token });
    assert.equal(a.status, 303);
    assert.match(a.to, /done=verified/);
    a = await ask('GET', '/forgot');
    a = await ask('POST', '/forgot', { identifier: email,
        form_token: a.token });
    assert.match(a.text, /id="code"/);
    a = await ask('POST', '/reset', { identifier: email, sent: 'yes',
        code: code(await mail(email, 2)), new_password: 'violet-harbour-88',
        form_token: a.token });
    assert.equal(a.status, 303, a.text);
    a = await ask('GET', '/login');
    a = await ask('POST', '/login', { identifier: email,
        password: 'violet-harbour-88', form_token: a.token });
    assert.equal(a.status, 303, a.text);
});
