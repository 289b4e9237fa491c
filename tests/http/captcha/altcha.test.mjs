// ALTCHA, the built-in captcha, against its own library: challenges of ours
// are solved by it, and its answers are judged by us.  The site demands an
// answer for every operation that can.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { AUTH, address, base, call, granted, mail, password, refused, shift,
    sott } from '../api.mjs';

globalThis.crypto ??= webcrypto;

const challenge = async (operation) => granted(await call('GET', '/altcha',
    { query: operation ? { operation } : {} }));
const text = (challenge, solution) =>
    Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
const opened = (answer) => JSON.parse(Buffer.from(answer, 'base64'));

async function solved(operation) {
    const given = await challenge(operation);
    const solution = await solveChallenge({ challenge: given, deriveKey });
    return text(given, solution);
}

const body = (email = address()) => ({ Email: [{ Type: 'Primary',
    Value: email }], Password: password });
const register = (answer, { email, ...more } = {}) => call('POST',
    `${AUTH}/register/captcha`, { json: { ...body(email), altcha: answer },
        ...more });

async function signedIn() {
    const email = address();
    granted(await register(await solved(), { email }));
    const { token } = await mail(email);
    granted(await call('GET', `${AUTH}/email`,
        { query: { verificationtoken: token } }));
    const session = granted(await call('POST', `${AUTH}/login`,
        { json: { email, password } }));
    return { email, token: session.access_token };
}

test('RG4: what altcha-lib solved registers, without a SOTT', async () => {
    const email = address();
    assert.deepEqual(granted(await register(await solved(), { email })),
        { IsPosted: true });
    assert.ok((await mail(email)).link);
    const query = granted(await call('POST', `${AUTH}/register/captcha`,
        { json: body(), query: { altcha: await solved() } }));
    assert.deepEqual(query, { IsPosted: true });
    const named = granted(await call('POST', `${AUTH}/register/captcha`,
        { json: { ...body(), UserName: `u${Date.now()}`,
            altcha: await solved() } }));
    assert.deepEqual(named, { IsPosted: true });
    // A SOTT is not looked at, be it what it may.
    granted(await register(await solved(),
        { headers: { 'X-Doorward-Sott': 'x'.repeat(6000) } }));
    // A published sample has a blank behind such a name.
    granted(await call('POST', `${AUTH}/register/captcha`,
        { json: { ...body(), 'altcha ': await solved() } }));
    granted(await call('POST', `${AUTH}/register/captcha`,
        { form: { Email: address(), Password: password,
            ALTCHA: await solved() } }));
});

test('RG4: a missing, foreign or wrong answer is 982 (S-025)', async () => {
    const good = await solved();
    const { challenge: c, solution: s } = opened(good);
    const flip = (hex) => (hex[0] === '0' ? '1' : '0') + hex.slice(1);
    const altered = (more) => text({ ...c, parameters: { ...c.parameters,
        ...more } }, s);
    const wrong = {
        missing: undefined, empty: '', rubbish: 'rubbish',
        'no base64': `${good}*`, 'no JSON': Buffer.from('{').toString('base64'),
        array: Buffer.from('[]').toString('base64'),
        'no solution': text(c, undefined),
        'no parameters': text({ signature: c.signature }, s),
        'unsigned': text({ parameters: c.parameters }, s),
        'forged signature': text({ ...c, signature: flip(c.signature) }, s),
        'wrong key': text(c, { ...s, derivedKey: flip(s.derivedKey) }),
        'prefix only': text(c, { ...s, derivedKey: c.parameters.keyPrefix
            .padEnd(64, '0') }),
        'no key': text(c, { counter: s.counter }),
        'key of another type': text(c, { ...s, derivedKey: 7 }),
        'longer life': altered({ expiresAt: c.parameters.expiresAt + 9999 }),
        cheaper: altered({ cost: 1 }),
        'other salt': altered({ salt: flip(c.parameters.salt) }),
        'other nonce': altered({ nonce: flip(c.parameters.nonce) }),
        'other key signature': altered({ keySignature:
            flip(c.parameters.keySignature) }),
        'other purpose': altered({ data: { purpose: 'forgot_email' } }),
        'no purpose': altered({ data: undefined }),
        'solution of another': text((await challenge()), s)
    };
    for (const [name, answer] of Object.entries(wrong)) {
        const a = await register(answer);
        assert.equal(a.json.ErrorCode, 982, `${name}: ${a.text}`);
    }
    refused(await register('A'.repeat(5000)), 1090, 400);
    // None of them used up the good one.
    granted(await register(good));
    for (const member of ['g-recaptcha-response', 'h-captcha-response',
        'cf-turnstile-response', 'qq_captcha_ticket'])
        refused(await call('POST', `${AUTH}/register/captcha`,
            { json: { ...body(), [member]: await solved() } }), 982, 403);
});

test('RG4: an answer counts once, for whomever (S-025, F-16)', async () => {
    const answer = await solved();
    granted(await register(answer));
    for (let i = 0; i < 19; i++)
        refused(await register(answer), 982, 403);
    // Written otherwise it is the same.
    const { challenge: c, solution } = opened(answer);
    c.parameters.nonce = c.parameters.nonce.toUpperCase();
    refused(await register(text({ ...c, more: 1 }, solution)), 982, 403);
    const other = await solved();
    refused(await register(other, { email: 'no address' }), 1038, 400);
    refused(await register(other), 982, 403);
});

test('RG4: of 50 parallel uses of one answer one registers (S-025)',
    async () => {
        const answer = await solved();
        const all = await Promise.all(Array.from({ length: 50 },
            () => register(answer)));
        const good = all.filter((a) => a.status === 200);
        assert.equal(good.length, 1);
        for (const a of all.filter((a) => a.status !== 200))
            refused(a, 982, 403);
    });

test('RG4: an answer ends with its challenge, and is not made anew (S-025)',
    async () => {
        const late = await solved(), used = await solved();
        granted(await register(used));
        try {
            await shift(590);
            granted(await register(await solved()));
            await shift(601);
            refused(await register(late), 982, 403);
            refused(await register(used), 982, 403);
        } finally {
            await shift(0);
        }
    });

test('RG4: without a good answer nobody learns of addresses (S-020, S-025)',
    async () => {
        const email = address();
        granted(await register(await solved(), { email }));
        const known = await register(undefined, { email });
        const fresh = await register(undefined);
        refused(known, 982, 403);
        assert.equal(known.text, fresh.text);
        for (const Email of [7, [{ Type: 'Primary' }], 'no address'])
            refused(await call('POST', `${AUTH}/register/captcha`,
                { json: { Email, Password: password } }), 982, 403);
        refused(await call('POST', `${AUTH}/register/captcha`,
            { json: { Email: 7, Password: password,
                altcha: await solved() } }), 1090, 400);
    });

test('RG1: where both are demanded the SOTT comes first (S-025)',
    async () => {
        const ask = async (altcha, headers) => call('POST',
            `${AUTH}/register`, { headers, json: { ...body(), altcha } });
        const proof = { 'X-Doorward-Sott': await sott() };
        refused(await ask(undefined, {}), 1048, 400);
        refused(await ask(undefined, proof), 982, 403);
        const answer = await solved();
        refused(await ask(answer, { 'X-Doorward-Sott': 'x' }), 1049, 403);
        granted(await ask(answer, proof));
        refused(await ask(answer, proof), 982, 403);
    });

test('other operations demand it as captcha.on says, before they act ' +
    '(S-025)', async () => {
        const ada = await signedIn();
        const forgot = (altcha) => call('POST', `${AUTH}/password`,
            { json: { email: ada.email, altcha } });
        const change = (altcha) => call('PUT', `${AUTH}/password/change`,
            { token: ada.token, json: { oldpassword: password,
                newpassword: 'violet-harbour-88', altcha } });
        const update = (altcha) => call('PUT', `${AUTH}/account`,
            { token: ada.token, json: { FirstName: 'Ada', altcha } });
        const exists = (altcha) => call('GET', `${AUTH}/email`,
            { query: { email: ada.email, ...altcha && { altcha } } });
        const named = (altcha) => call('GET', `${AUTH}/username`,
            { query: { username: 'somebody', ...altcha && { altcha } } });
        const all = { forgot_email: forgot, update_profile: update,
            availability: exists, change_password: change };
        refused(await named(), 982, 403);
        granted(await named(await solved('availability')));
        const number = (altcha) => call('GET', `${AUTH}/phone`,
            { query: { phone: '+12025550147', ...altcha && { altcha } } });
        refused(await number(), 982, 403);
        granted(await number(await solved('availability')));
        const text = (altcha) => call('POST', `${AUTH}/password/otp`,
            { json: { phone: '+12025550147', altcha } });
        refused(await text(), 982, 403);
        refused(await text(await solved('forgot_email')), 982, 403);
        const sent = await text(await solved('forgot_phone'));
        assert.ok(sent.status === 200 || sent.json.ErrorCode === 1071,
            sent.text);
        for (const [operation, ask] of Object.entries(all)) {
            refused(await ask(), 982, 403);
            // What was given for one thing does not open another.
            refused(await ask(await solved('register')), 982, 403);
            const answer = await solved(operation);
            granted(await ask(answer));
            if (operation !== 'change_password')    // it ended the session
                refused(await ask(answer), 982, 403);
        }
        assert.ok((await mail(ada.email, 2)).link);
    });

test('the challenge route: shape, purpose, callers (S-100)', async () => {
    const a = await challenge(), b = await challenge('forgot_email');
    assert.notEqual(a.parameters.nonce, b.parameters.nonce);
    assert.equal(a.parameters.data.purpose, 'register');
    assert.equal(b.parameters.data.purpose, 'forgot_email');
    assert.equal(a.parameters.algorithm, 'PBKDF2/SHA-256');
    assert.deepEqual(Object.keys(a.parameters),
        Object.keys(a.parameters).sort());
    const life = a.parameters.expiresAt - Date.now() / 1000;
    assert.ok(life > 590 && life < 602, `${life}`);
    refused(await call('GET', '/altcha', { query: { operation: 'bogus' } }),
        908, 400);
    for (const [origin, allowed] of [['https://app.example.org',
        'https://app.example.org'], ['https://evil.example', null]]) {
        const answer = await fetch(`${base}/altcha`,
            { headers: { Origin: origin } });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('access-control-allow-origin'),
            allowed);
    }
});

test('A5 demands an answer where captcha.on names unlock', async () => {
    const { token } = await signedIn();
    const unlock = (json) => call('PUT', `${AUTH}/account/unlock`,
        { token, json });
    refused(await unlock({}), 982, 403);
    refused(await unlock({ altcha: await solved('login') }), 982, 403);
    refused(await unlock({ altcha: await solved('unlock') }), 1221, 403);
});

test('a source that guesses is slowed down (S-022, S-025)', async () => {
    const from = '2001:db8:77::1';
    let status;
    for (let i = 0; i < 130 && status !== 429; i++)
        ({ status } = await register('rubbish', { from }));
    assert.equal(status, 429);
    const good = await solved();
    assert.equal((await register(good, { from })).status, 429);
    granted(await register(good));
});
