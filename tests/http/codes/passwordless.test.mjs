// Signing in by a mailed code: LG13, LG14 and the page.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, hidden, login, mail, mails, page,
    password, refused, register, send, source } from '../api.mjs';

const BASE = `${AUTH}/login/passwordlesslogin`;
const code = (m) => / (\d{6}) /.exec(m.text)[1];
const ask = (query, options) => call('GET', `${BASE}/email`,
    { query, ...options });
const enter = (json, options) => call('POST', `${BASE}/${'email' in json ?
    'email' : 'username'}/verifyotp`, { json, ...options });
const wrong = (otp) => otp === '000000' ? '111111' : '000000';

async function person(more) {
    const p = await register(more);
    granted(p.answer);
    granted(await call('PUT', `${AUTH}/email`, { json: { email: p.email,
        otp: code(await mail(p.email)) } }));
    return p;
}
async function asked() {
    const p = await person();
    granted(await ask({ email: p.email }));
    return { ...p, otp: code(await mail(p.email, 2)) };
}

test('LG13: the mailed code signs in, once (F-21)', async () => {
    const p = await asked();
    refused(await enter({ email: p.email, otp: wrong(p.otp) }), 1185, 403);
    const session = granted(await enter({ email: p.email,
        otp: `${p.otp.slice(0, 3)}-${p.otp.slice(3)}` }));
    assert.equal(session.Profile.Email[0].Value, p.email);
    refused(await enter({ email: p.email, otp: p.otp }), 1186, 403);
});

test('LG14: by user name; a newer code voids the other name\'s (S-031)',
    async () => {
        const name = `u${address().slice(1, 12)}`;
        const p = await person({ body: { UserName: name } });
        granted(await ask({ username: name }));
        const first = code(await mail(p.email, 2));
        granted(await ask({ email: p.email }));
        const second = code(await mail(p.email, 3));
        refused(await enter({ username: name, otp: first }), 1185, 403);
        granted(await enter({ email: p.email, otp: second }));
        const q = await person({ body: { UserName: `${name}q` } });
        granted(await ask({ username: `${name}q` }));
        granted(await enter({ username: `${name}q`,
            otp: code(await mail(q.email, 2)) }));
    });

test('codes across resends: the newest counts, tries do not grow' +
    ' (S-032, F-19)', async () => {
    const p = await person(), from = source();
    let otp, before;
    for (let i = 0; i < 2; i++) {
        granted(await ask({ email: p.email }));
        before = otp;
        otp = code(await mail(p.email, 2 + i));
        if (before && before !== otp)
            refused(await enter({ email: p.email, otp: before }, { from }),
                1185, 403);
    }
    for (let i = 1; i < 5; i++)
        refused(await enter({ email: p.email, otp: wrong(otp) }, { from }),
            1185, 403);
    refused(await enter({ email: p.email, otp }, { from }), 1185, 403);
});

test('wrong codes suspend as wrong passwords do (S-021, S-016)', async () => {
    const p = await asked(), nobody = address();
    for (const email of [p.email, nobody]) {
        for (let i = 0; i < 10; i++)
            refused(await enter({ email, otp: '12x' }), 1185, 403);
        refused(await enter({ email, otp: p.otp }), 1198, 403);
    }
    refused(await login(p), 1198, 403);
});

test('50 parallel uses of one code: one session (S-030, F-18)', async () => {
    const p = await asked();
    const all = await Promise.all(Array.from({ length: 50 }, () =>
        enter({ email: p.email, otp: p.otp })));
    assert.ok(all.every((a) => a.status < 500));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
});

test('a burst of 100 wrong codes costs 5 comparisons (S-032)', async () => {
    const p = await asked();
    await Promise.all(Array.from({ length: 100 }, () =>
        enter({ email: p.email, otp: wrong(p.otp) })));
    const a = await enter({ email: p.email, otp: p.otp });
    assert.ok([1185, 1198].includes(a.json.ErrorCode), a.text);
});

test('names, codes and purposes that are none (S-029, S-020)', async () => {
    const p = await asked();
    refused(await enter({ email: 'x', otp: p.otp }), 1038, 400);
    refused(await enter({ username: 'a b', otp: p.otp }), 1204, 403);
    refused(await enter({ username: 'a@b', otp: p.otp }), 1024, 403);
    refused(await call('POST', `${BASE}/email/verifyotp`,
        { json: { otp: p.otp } }), 1141, 400);
    refused(await call('POST', `${BASE}/username/verifyotp`,
        { json: { otp: p.otp } }), 1141, 400);
    refused(await enter({ email: p.email, otp: Number(p.otp) }), 1090, 400);
    refused(await enter({ email: p.email }), 908, 400);
    refused(await enter({ email: address(), otp: p.otp }), 1185, 403);
    refused(await call('PUT', `${AUTH}/password/reset`, { json: {
        email: p.email, otp: p.otp, password: 'violet-harbour-88' } }),
    1185, 403);
    granted(await enter({ email: p.email, otp: p.otp }));
});

test('an address that is first proven drops what is older (S-048)',
    async () => {
        const p = await register({ body: { FirstName: 'Mallory' } });
        granted(await ask({ email: p.email }));
        const session = granted(await enter({ email: p.email,
            otp: code(await mail(p.email, 2)),
            welcomeemailtemplate: 'x' }));
        assert.equal(session.Profile.FirstName, null);
        refused(await login(p), 966, 401);
        assert.match((await mail(p.email, 3)).subject, /Welcome/);
    });

test('the page: the code signs in; a stranger learns nothing', async () => {
    const p = await person(), visit = page(new Map()), nobody = address();
    const form = (await send(visit, '/passwordless',
        { identifier: p.email })).text;
    assert.match(form, /autocomplete="one-time-code"/);
    const fields = { ...hidden(form), identifier: p.email };
    const m = await mail(p.email, 2);
    const link = /https?:\S*\/passwordless\/link\S*/.exec(m.text)[0];
    const landing = await visit('GET', link.slice(base.length));
    assert.ok(landing.text.includes(`value="${p.email}"`));
    for (const identifier of [p.email, nobody])
        assert.match((await visit('POST', '/passwordless/code', { ...fields,
            identifier, code: wrong(code(m)) })).text,
        /This code is not valid/);
    const a = await visit('POST', '/passwordless/code', { ...fields,
        code: code(m), remember: 'yes' });
    assert.equal(a.headers.get('location'), '/account');
    assert.equal((await mails(nobody)).length, 0);
    granted(await login(p, password));
});

// ---- LG20 by code ----

const touch = async (email) => granted(await call('POST',
    `${AUTH}/onetouchlogin/email`, { json: { clientguid: randomUUID(),
        email } })).Data.Number;
const confirm = (query) => call('GET', `${AUTH}/email/onetouchlogin`,
    { query });

test('LG20: address, code and number confirm, once', async () => {
    const email = address(), number = await touch(email);
    const otp = code(await mail(email));
    refused(await confirm({ email, otp: wrong(otp), number }), 1185, 403);
    refused(await confirm({ email, otp }), 1134, 403);
    assert.deepEqual(granted(await confirm({ email, otp, number })),
        { IsPosted: true, IsVerified: true });
    refused(await confirm({ email, otp, number }), 1186, 403);
    const again = address(), shown = await touch(again);
    granted(await call('POST', `${AUTH}/email/onetouchlogin`, { json: {
        email: again, otp: code(await mail(again)), number: shown } }));
});

test('LG20: 50 parallel uses of one code: one success (S-030, F-18)',
    async () => {
        const email = address(), number = await touch(email);
        const otp = code(await mail(email));
        const all = await Promise.all(Array.from({ length: 50 }, () =>
            confirm({ email, otp, number })));
        assert.ok(all.every((a) => a.status < 500));
        assert.equal(all.filter((a) => a.status === 200).length, 1);
    });

test('LG20: a wrong number refuses; wrong codes suspend (S-040, S-021)',
    async () => {
        const email = address(), number = await touch(email);
        const otp = code(await mail(email));
        refused(await confirm({ email, otp,
            number: number === '10' ? '11' : '10' }), 1134, 403);
        refused(await confirm({ email, otp, number }), 1186, 403);
        for (let i = 0; i < 10; i++)
            refused(await confirm({ email, otp: '12x' }), 1185, 403);
        refused(await confirm({ email, otp }), 1198, 403);
    });

test('the page for one-touch by code', async () => {
    const email = address(), number = await touch(email);
    const m = await mail(email), visit = page(new Map());
    const link = /https?:\S*\/one-touch\S*/.exec(m.text)[0];
    const { text } = await visit('GET', link.slice(base.length));
    assert.ok(text.includes(`value="${email}"`));
    const post = (form) => visit('POST', '/one-touch', { ...hidden(text),
        email, answer: 'yes', ...form });
    assert.match((await post({ code: wrong(code(m)), number })).text,
        /This code is not valid/);
    assert.match((await post({ code: code(m) })).text, /Choose the number/);
    assert.match((await post({ code: code(m), number })).text,
        /is being signed in/);
});
