// The pages for phone numbers: signing up, proving, signing in, recovery,
// and one's own number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, base, cookieHeader, keepCookies, mail, password, phone,
    smsCode, texts } from '../api.mjs';

const fresh = 'violet-harbour-88';

// One visit: keeps cookies, follows nothing, sends the last form of its page.
function visit() {
    const jar = new Map();
    let token;
    const ask = async (method, path, form) => {
        const answer = await fetch(base + path, { method, redirect: 'manual',
            headers: { Origin: new URL(base).origin, ...cookieHeader(jar) },
            body: form && new URLSearchParams({ form_token: token,
                ...form }) });
        keepCookies(jar, answer.headers);
        const text = await answer.text();
        token = [...text.matchAll(/name="form_token" value="([^"]*)"/g)]
            .pop()?.[1] ?? token;
        return { status: answer.status, text,
            to: answer.headers.get('location') };
    };
    const get = (path) => ask('GET', path);
    const post = (path, form) => ask('POST', path, form);
    return { get, post };
}

async function signUp(v, number, more = {}) {
    const form = await v.get('/signup');
    assert.match(form.text, /<input id="phone" name="phone" type="tel"/);
    return v.post('/signup', { phone: number, new_password: password,
        ...more });
}

test('signing up by number leads to its code, and in', async () => {
    const v = visit(), number = phone();
    const sent = await signUp(v, number);
    assert.equal(sent.status, 200);
    assert.match(sent.text, /autocomplete="one-time-code"/);
    assert.match(sent.text, /inputmode="numeric"/);
    const code = await smsCode(number);
    const bad = await v.post('/verify-phone', { phone: number, sent: 'yes',
        code: code === '000000' ? '111111' : '000000' });
    assert.equal(bad.status, 403);
    assert.match(bad.text, /id="code-error">This code is not valid/);
    assert.ok(bad.text.includes(number));
    const none = await v.post('/verify-phone', { phone: number, code: '' });
    assert.match(none.text, /id="code-error"/);
    const again = await v.post('/verify-phone/again', { phone: number });
    assert.match(again.text, /another message is on its way/);
    const done = await v.post('/verify-phone', { phone: number,
        code: await smsCode(number, 2) });
    assert.equal(done.status, 303);
    const account = await v.get('/account?done=phone');
    assert.ok(account.text.includes(number));
    assert.match(account.text, /confirmed/);
});

test('errors of the number stand beside it', async () => {
    const v = visit();
    const bad = await signUp(v, '12');
    assert.equal(bad.status, 400);
    assert.match(bad.text, /id="phone-error">This does not look like/);
    assert.match(bad.text, /value="12"/);
    assert.match((await signUp(v, '')).text, /id="email-error"/);
    assert.match((await signUp(v, '+33123456789')).text,
        /id="phone-error">No message can be sent to this number/);
    await v.get('/verify-phone');
    assert.match((await v.post('/verify-phone', { code: '123456' })).text,
        /id="phone-error">Enter your phone number/);
    assert.match((await v.post('/verify-phone/again', { phone: '1' })).text,
        /id="phone-error"/);
});

test('a known number is answered by the same page (S-019)', async () => {
    const number = phone(), one = visit(), two = visit();
    const strip = (a) => a.text.replace(/value="[^"]*"/g, '')
        .replace(/[?]v=\w+/g, '');
    const first = strip(await signUp(one, number));
    await one.post('/verify-phone', { phone: number,
        code: await smsCode(number) });
    assert.equal(strip(await signUp(two, number)), first);
});

test('signing in by number; an unproven one gets to its code', async () => {
    const v = visit(), number = phone();
    await signUp(v, number);
    const login = await v.get('/login');
    assert.match(login.text, /Email address, phone number or user name/);
    const form = { identifier: number, password };
    const open = await v.post('/login', form);
    assert.equal(open.status, 200);
    assert.match(open.text, /action="[^"]*\/verify-phone"/);
    const code = await smsCode(number);
    assert.equal((await texts(number)).length, 1);
    await v.post('/verify-phone', { phone: number, code });
    const w = visit();
    await w.get('/login');
    assert.equal((await w.post('/login', { ...form, password: fresh }))
        .status, 401);
    assert.equal((await w.post('/login', form)).to.endsWith('/account'),
        true);
});

test('a forgotten password by number', async () => {
    const v = visit(), number = phone();
    await signUp(v, number);
    await v.post('/verify-phone', { phone: number,
        code: await smsCode(number) });
    const w = visit();
    await w.get('/forgot');
    const sent = await w.post('/forgot', { identifier: number });
    assert.match(sent.text, /a code is on its way to it\./);
    const form = { identifier: number, sent: 'yes', new_password: fresh };
    const wrong = await w.post('/reset', { ...form, code: 'x' });
    assert.match(wrong.text, /id="code-error"/);
    const weak = await w.post('/reset', { ...form, new_password: 'short',
        code: await smsCode(number, 2) });
    assert.match(weak.text, /id="new_password-error"/);
    const done = await w.post('/reset', { ...form,
        code: await smsCode(number, 2) });
    assert.equal(done.status, 303);
    await w.get('/login');
    assert.equal((await w.post('/login', { identifier: number,
        password: fresh })).status, 303);
});

test('one\'s own number: added, changed, removed', async () => {
    const v = visit(), email = address();
    await signUp(v, '', { email });
    await v.get(`/verify?vtoken=${(await mail(email)).token}`);
    await v.post('/verify', { vtoken: (await mail(email)).token });
    await v.get('/login');
    await v.post('/login', { identifier: email, password });
    const empty = await v.get('/account/phone');
    assert.match(empty.text, /Add a number/);
    assert.match((await v.post('/account/phone', { phone: 'x' })).text,
        /id="phone-error"/);
    const number = phone(), next = phone();
    const sent = await v.post('/account/phone', { phone: number });
    assert.ok(sent.to.endsWith('/account/phone?done=sent'));
    assert.match((await v.get('/account/phone?done=sent')).text,
        /We have sent a code/);
    assert.match((await v.post('/account/phone/code', { code: 'x' })).text,
        /id="code-error"/);
    assert.equal((await v.post('/account/phone/again', {})).status, 303);
    assert.equal((await v.post('/account/phone/code', {
        code: await smsCode(number, 2) })).status, 303);
    await v.get('/account/phone');
    await v.post('/account/phone', { phone: next });
    const both = await v.get('/account');
    assert.ok(both.text.includes(number) && both.text.includes(next));
    await v.get('/account/phone');
    await v.post('/account/phone/code', { code: await smsCode(next) });
    const changed = await v.get('/account');
    assert.ok(!changed.text.includes(number) && changed.text.includes(next));
    await v.get('/account/phone');
    assert.equal((await v.post('/account/phone/remove', {})).status, 303);
    assert.ok(!(await v.get('/account')).text.includes(next));
});
