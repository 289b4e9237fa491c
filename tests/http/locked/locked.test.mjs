// Where too many failures ask for a CAPTCHA: ALTCHA, solved by its own
// library.
import assert from 'node:assert/strict';
import { randomUUID, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { AUTH, address, call, granted, login, mail, page, password, phone,
    refused, send, shift, signedIn, smsCode, sott, source } from '../api.mjs';

globalThis.crypto ??= webcrypto;

async function solved(operation) {
    const challenge = granted(await call('GET', '/altcha',
        { query: { operation } }));
    const solution = await solveChallenge({ challenge, deriveKey });
    return Buffer.from(JSON.stringify({ challenge, solution }))
        .toString('base64');
}

const tries = 3;                // login.max_failures
async function lock(p) {
    for (let i = 0; i < tries; i++)
        await login(p, 'not the password');
}
const enter = (p, word, altcha) => call('POST', `${AUTH}/login`,
    { from: source(), json: { email: p.email, password: word, altcha } });

test('a locked name signs in with a CAPTCHA in each call (S-016)',
    async () => {
        const p = await signedIn(), nobody = { email: address() };
        const texts = new Set();
        for (const who of [p, nobody]) {
            await lock(who);
            for (const word of [password, 'not the password'])
                texts.add((await enter(who, word)).text);
        }
        assert.equal(texts.size, 1);
        assert.match([...texts][0], /"ErrorCode":1132/);
        refused(await enter(p, password, 'x'), 982, 403);
        refused(await enter(p, password, await solved('register')), 982,
            403);
        for (const who of [p, nobody])
            refused(await enter(who, 'not the password',
                await solved('login')), 966, 401);
        refused(await enter(p, password), 1132, 403);
        const once = await solved('login');
        const all = await Promise.all(Array.from({ length: 20 }, () =>
            enter(p, 'not the password', once)));
        assert.equal(all.filter((a) => a.status === 401).length, 1);
        granted(await enter(p, password, await solved('login')));
        granted(await login(p));
    });

test('A5 frees by a CAPTCHA', async () => {
    const p = await signedIn();
    const unlock = (json, query = {}) => call('PUT',
        `${AUTH}/account/unlock`, { token: p.token, json, query });
    await lock(p);
    assert.equal(granted(await call('GET', `${AUTH}/account`,
        { token: p.token })).LoginLockedType, 'Captcha');
    refused(await unlock({}), 1132, 403);
    refused(await unlock({ altcha: 'x' }), 982, 403);
    refused(await unlock({ altcha: await solved('login') }), 982, 403);
    granted(await unlock({}, { altcha: await solved('unlock') }));
    granted(await login(p));
    refused(await unlock({ altcha: await solved('unlock') }), 1221, 403);
});

const PIN = '482915', OTHER = '730264', word = 'violet-harbour-88';
async function withPin() {
    const p = await signedIn();
    granted(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { PINInfo: { PIN } } }));
    return p;
}

test('W10 and I2 of a locked account take a CAPTCHA (S-021)', async () => {
    const p = await withPin();
    const ways = [
        ['pin/change', 'login', { oldpin: '599134', newpin: OTHER },
            { oldpin: PIN, newpin: OTHER }, 1241],
        ['password/change', 'change_password',
            { oldpassword: 'not it', newpassword: word },
            { oldpassword: password, newpassword: word }, 967]
    ];
    for (const [path, operation, wrong, right, code] of ways) {
        const change = (json, altcha) => call('PUT', `${AUTH}/${path}`,
            { token: p.token, json: { ...json, altcha } });
        await lock(p);
        refused(await change(right), 1132, 403);
        refused(await change(right, await solved('register')), 982, 403);
        refused(await change(wrong, await solved(operation)), code, 401);
        refused(await change(right), 1132, 403);
        granted(await change(right, await solved(operation)));
        refused(await login(p, 'not the password'), 966, 401);
    }
    granted(await login(p, word));
});

test('the account pages show the CAPTCHA of a locked account, beside its ' +
    'error', async () => {
    const p = await withPin();
    const visit = page(new Map());
    assert.equal((await send(visit, '/login', { identifier: p.email,
        password })).status, 303);
    const forms = [
        ['/account/pin', 'login', { pin: PIN, new_pin: OTHER }],
        ['/account/password', 'change_password',
            { password, new_password: word }],
        ['/account/delete', 'login', { password: word }]
    ];
    for (const [path, operation, form] of forms) {
        await lock(p);
        await shift(path === '/account/delete' ? 601 : 0);
        const shown = await send(visit, path, form);
        assert.equal(shown.status, 403);
        assert.match(shown.text, /class="error">There were too many/);
        assert.ok(shown.text.includes(`/altcha?operation=${operation}"`));
        const wrong = await send(visit, path, { ...form, pin: '599134',
            password: 'not the password', altcha: await solved(operation) });
        assert.equal(wrong.status, 401);
        assert.ok(wrong.text.includes(`/altcha?operation=${operation}"`));
        const good = await send(visit, path, { ...form,
            altcha: await solved(operation) });
        assert.ok(good.status === 303 || good.status === 200, good.text);
        assert.doesNotMatch(good.text, /class="error"/);
    }
    await shift(0);
});

test('LG9 of a locked account takes a CAPTCHA (S-021)', async () => {
    const p = await withPin();
    const { session_token } = granted(await login(p));
    const byPin = (pin, altcha) => call('POST', `${AUTH}/login/pin`,
        { from: source(), query: { session_token }, json: { pin, altcha } });
    for (let i = 0; i < tries; i++)
        refused(await byPin('599134'), 1236, 401);
    refused(await byPin(PIN), 1132, 403);
    refused(await byPin(PIN, 'x'), 982, 403);
    refused(await byPin('599134', await solved('login')), 1236, 401);
    refused(await byPin(PIN), 1132, 403);
    granted(await byPin(PIN, await solved('login')));
    granted(await byPin(PIN));
});

// Somebody who has not proven the number yet; wrong codes lock it.
async function lockedNumber() {
    const number = phone(), from = source();
    granted(await call('POST', `${AUTH}/register`, { from,
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password } }));
    for (let i = 0; i < tries; i++)
        refused(await prove({ phone: number, otp: '12x' }), 1067, 403);
    return number;
}
const prove = (json) => call('PUT', `${AUTH}/phone/otp`,
    { from: source(), json });
const differs = (code) => code === '000000' ? '111111' : '000000';

test('H4 of a locked number takes a CAPTCHA (S-021)', async () => {
    const number = await lockedNumber();
    const otp = await smsCode(number);
    refused(await prove({ phone: number, otp }), 1132, 403);
    refused(await prove({ phone: number, otp, altcha: 'x' }), 982, 403);
    refused(await prove({ phone: number, otp: differs(otp),
        altcha: await solved('login') }), 1067, 403);
    refused(await prove({ phone: number, otp }), 1132, 403);
    granted(await prove({ phone: number, otp,
        altcha: await solved('login') }));
});

test('the page for the code of a locked number shows the CAPTCHA',
    async () => {
        const number = await lockedNumber();
        const visit = page(new Map());
        const form = { phone: number, sent: 'yes',
            code: await smsCode(number) };
        const shown = await send(visit, '/verify-phone', form);
        assert.match(shown.text, /class="error">There were too many/);
        assert.match(shown.text, /\/altcha\?operation=login"/);
        const good = await send(visit, '/verify-phone', { ...form,
            altcha: await solved('login') });
        assert.equal(good.status, 303, good.text);
    });

test('LG20 of a locked address takes a CAPTCHA with its code, at the page ' +
    'too', async () => {
    const answer = (method, where, more) => call(method,
        `${AUTH}/email/onetouchlogin`, { from: source(), [where]: more });
    for (const way of ['GET', 'POST', 'page']) {
        const email = address();
        const number = granted(await call('POST',
            `${AUTH}/onetouchlogin/email`, { json: { email,
                clientguid: randomUUID(),
                altcha: await solved('one_touch') } })).Data.Number;
        const otp = /\b\d{6}\b/.exec((await mail(email)).text)[0];
        for (let i = 0; i < tries; i++)
            refused(await answer('GET', 'query', { email, otp: '12x' }), 1185,
                403);
        if (way === 'page') {
            const visit = page(new Map());
            const form = { email, code: otp, number, answer: 'yes' };
            const shown = await send(visit, '/one-touch', form);
            assert.match(shown.text, /class="error">There were too many/);
            const good = await send(visit, '/one-touch', { ...form,
                altcha: await solved('login') });
            assert.match(good.text, /is being signed in/);
            continue;
        }
        const where = way === 'GET' ? 'query' : 'json';
        const more = { email, otp, number };
        refused(await answer(way, where, more), 1132, 403);
        refused(await answer(way, where, { ...more, altcha: 'x' }), 982, 403);
        granted(await answer(way, where, { ...more,
            altcha: await solved('login') }));
    }
});
