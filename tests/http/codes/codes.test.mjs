// Sites that mail codes instead of links: E3, W4, W5, and the pages for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, base, call, cookieHeader, granted, keepCookies, login,
    mail, mails, password, refused, register, setCookies } from '../api.mjs';

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

// ---- added addresses ----

const read = async (token) => granted(await call('GET', `${AUTH}/account`,
    { token }));
const values = (list) => (list ?? []).map((e) => e.Value);
const add = (token, email, type) => call('POST', `${AUTH}/email`,
    { token, json: { email, type } });

async function signedIn() {
    const p = await person();
    const session = granted(await login(p));
    return { ...p, token: session.access_token, uid: session.Profile.Uid };
}

test('E4, E3: the code proves an added address, once (S-030)', async () => {
    const p = await signedIn();
    const email = address();
    granted(await add(p.token, email, 'Primary'));
    const m = await mail(email);
    assert.match(m.text, /email=/);
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        verify({ email, otp: code(m) })));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all.filter((x) => x.status !== 200))
        assert.ok([1185, 1186].includes(a.json.ErrorCode), a.text);
    assert.deepEqual((await read(p.token)).Email,
        [{ Type: 'Primary', Value: email },
            { Type: 'Secondary', Value: p.email }]);
});

test('E3: two accounts that wait for one address have codes of their own',
    async () => {
        const [p, q] = [await signedIn(), await signedIn()];
        const email = address();
        granted(await add(p.token, email));
        const first = code(await mail(email));
        granted(await add(q.token, email));
        const second = code(await mail(email, 2));
        // The other one's code, where the account is named.
        if (first !== second)
            refused(await verify({ uuid: q.uid, email, otp: first }), 1185,
                403);
        granted(await verify({ email, otp: first }));
        assert.deepEqual(values((await read(p.token)).Email),
            [p.email, email]);
        refused(await verify({ email, otp: second }), 936, 403);
        assert.deepEqual(values((await read(q.token)).Email), [q.email]);
    });

test('E3: an account may be named instead of the address', async () => {
    const p = await signedIn();
    const email = address();
    granted(await add(p.token, email));
    const otp = code(await mail(email));
    refused(await verify({ otp }), 1189, 403);
    refused(await verify({ uuid: 'x', otp }), 1185, 403);
    refused(await verify({ uuid: '0'.repeat(32), otp }), 1185, 403);
    granted(await verify({ Uid: p.uid, otp }));
    assert.deepEqual(values((await read(p.token)).Email), [p.email, email]);
    const q = await register();
    granted(q.answer);
    const m = await mail(q.email);
    granted(await call('GET', `${AUTH}/email`, { query: { email: q.email,
        otp: code(m), url: 'https://app.example.com/x?secret=y' } }));
});

test('E3: five wrong codes spend the one of an added address (S-032)',
    async () => {
        const p = await signedIn();
        const email = address();
        granted(await add(p.token, email));
        const otp = code(await mail(email));
        const bad = otp === '000000' ? '111111' : '000000';
        for (let i = 0; i < 5; i++)
            refused(await verify({ email, otp: bad }), 1185, 403);
        refused(await verify({ email, otp }), 1185, 403);
        assert.deepEqual(values((await read(p.token)).UnverifiedEmail),
            [email]);
    });

test('E2: 50 accounts prove one address: one has it (S-030, S-046)',
    async () => {
        const email = address();
        const people = [];
        for (let i = 0; i < 3; i++)
            people.push(await signedIn());
        for (const p of people)
            granted(await add(p.token, email));
        const otps = [];
        for (let i = 1; i <= people.length; i++)
            otps.push(code(await mail(email, i)));
        const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
            verify({ uuid: people[i % 3].uid, email, otp: otps[i % 3] })));
        assert.equal(all.filter((a) => a.status === 200).length, 1);
        for (const a of all.filter((x) => x.status !== 200))
            assert.ok([936, 1185, 1186].includes(a.json.ErrorCode), a.text);
        const have = await Promise.all(people.map((p) => read(p.token)));
        assert.equal(have.filter((a) => values(a.Email).includes(email))
            .length, 1);
    });

// ---- deletion ----

test('A6, A7: by code, once (S-030)', async () => {
    const p = await signedIn();
    granted(await call('DELETE', `${AUTH}/account`, { token: p.token }));
    const otp = code(await mail(p.email, 2));
    const bad = otp === '000000' ? '111111' : '000000';
    const json = { email: p.email, otp };
    const end = (body) => call('POST', `${AUTH}/account/delete`,
        { json: body });
    refused(await end({ ...json, otp: bad }), 1185, 403);
    refused(await verify(json), 1185, 403);     // of another kind (S-029)
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
        i % 2 ? end(json) : call('GET', `${AUTH}/account/delete`,
            { query: json })));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all.filter((x) => x.status !== 200))
        assert.ok([1185, 1186].includes(a.json.ErrorCode), a.text);
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 905,
        403);
});

test('A7: five tries, the sixth fails even if right (S-032)', async () => {
    const p = await signedIn();
    granted(await call('DELETE', `${AUTH}/account`, { token: p.token }));
    const otp = code(await mail(p.email, 2));
    const bad = otp === '000000' ? '111111' : '000000';
    const end = (o) => call('POST', `${AUTH}/account/delete`,
        { form: { email: p.email, otp: o } });
    for (let i = 0; i < 5; i++)
        refused(await end(bad), 1185, 403);
    refused(await end(otp), 1185, 403);
    await read(p.token);
});

// A browser without script, signed in or not.
function visit() {
    const jar = new Map();
    return async (method, path, form) => {
        const a = await fetch(base + path, { method, redirect: 'manual',
            headers: { Origin: new URL(base).origin,
                ...cookieHeader(jar) },
            body: form && new URLSearchParams(form) });
        keepCookies(jar, a.headers);
        const text = await a.text();
        return { status: a.status, text, to: a.headers.get('location'),
            token: /<main[^]*name="form_token" value="([^"]*)"/
                .exec(text)?.[1] };
    };
}

test('pages: the address of a code\'s link stands in the form', async () => {
    const ask = visit();
    for (const [path, id] of [['/verify', 'email'], ['/delete', 'email'],
        ['/reset', 'identifier']]) {
        const a = await ask('GET', `${path}?email=a%26b%2Bc%40example.com`);
        assert.equal(a.status, 200);
        assert.match(a.text,
            new RegExp(`id="${id}"[^>]* value="a&amp;b\\+c@example.com"`));
    }
});

test('pages: add an address and delete the account by codes', async () => {
    const p = await person();
    const ask = visit();
    let a = await ask('GET', '/login');
    a = await ask('POST', '/login', { identifier: p.email, password,
        form_token: a.token });
    assert.equal(a.status, 303);
    const email = address();
    a = await ask('GET', '/account/address/add');
    a = await ask('POST', '/account/address/add', { email,
        form_token: a.token });
    assert.equal(a.status, 303, a.text);
    a = await ask('GET', a.to);
    assert.match(a.text, new RegExp(`sent a code to [^]*${email}`));
    a = await ask('POST', '/verify', { email, sent: 'yes',
        code: code(await mail(email)), form_token: a.token });
    assert.match(a.to, /done=verified/);
    a = await ask('GET', '/account/delete');
    a = await ask('POST', '/account/delete', { form_token: a.token });
    assert.match(a.text, new RegExp(`sent a code to [^]*${p.email}`));
    const { token } = a;
    a = await ask('POST', '/delete', { email: p.email, sent: 'yes',
        code: 'abc', form_token: token });
    assert.match(a.text, /id="code-error"/);
    a = await ask('POST', '/delete', { email: p.email, sent: 'yes',
        code: code(await mail(p.email, 3)), form_token: token });
    assert.match(a.to, /done=deleted/);
    refused(await login(p), 966, 401);
});
